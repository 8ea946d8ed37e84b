namespace QuicWasm.Modules;

/// <summary>What validation learnt of a function's body. Slots are 8 bytes; a v128 takes two.</summary>
/// <param name="EntryPc">The first instruction: a byte offset in the function's code.</param>
/// <param name="LocalCount">Locals, parameters included.</param>
/// <param name="LocalSlots">Slots of the locals, parameters included.</param>
/// <param name="OperandSlots">Slots that are enough for the operand stack at any time.</param>
public readonly record struct FunctionLayout(int EntryPc, int LocalCount, int LocalSlots, int OperandSlots);
