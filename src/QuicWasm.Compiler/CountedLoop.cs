using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>
/// A loop that goes back at one place only, while an i32 local, which is assigned nowhere else in it and changes by a constant, compares so with a bound that stays.
/// So it is known how often it can go round before its end is to be looked for.
/// </summary>
/// <param name="Local">The local that counts.</param>
/// <param name="Step">What is added to it before each branch back.</param>
/// <param name="BoundLocal">The local that holds the bound, or -1.</param>
/// <param name="Bound">The bound, where it is a constant.</param>
/// <param name="Comparison">What holds between the local and the bound while the loop goes on.</param>
/// <param name="Rounds">How many rounds are few enough for a request to wait for.</param>
internal sealed record CountedLoop(int Local, int Step, int BoundLocal, int Bound, Opcode Comparison, int Rounds);
