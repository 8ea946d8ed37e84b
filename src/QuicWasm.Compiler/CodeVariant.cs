namespace QuicWasm.Compiler;

/// <summary>What the code of a module goes by; instances that differ in it have code of their own.</summary>
/// <param name="IsGuarded">Whether memory 0 is guarded, so that accesses are not compared.</param>
/// <param name="HasSafePoints">Whether it can be captured: tests at entries, loop headers and after calls.</param>
internal readonly record struct CodeVariant(bool IsGuarded, bool HasSafePoints);
