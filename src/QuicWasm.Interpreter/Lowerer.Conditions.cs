using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

// Comparison and branch become one instruction.
internal sealed partial class Lowerer
{
    /// <summary>What a conditional jump tests.</summary>
    /// <param name="Key">A comparison to fuse with, or the Branch form.</param>
    /// <param name="A">The register to test, or the comparison's first.</param>
    /// <param name="B">The comparison's second register, or its constant.</param>
    private readonly record struct Condition(HandlerKey Key, int A, int B);

    // The registers of the comparison keep their values until the jump: they are locals, or slots above every value that is left.
    private Condition TakeCondition()
    {
        Operand operand = _stack.Pop();
        if (!IsResult(operand))
        {
            return new Condition(new HandlerKey(HandlerForm.Branch), _stack.RegisterOf(operand), 0);
        }

        HandlerKey key = _code.KeyAt(_result);
        Instruction compare = _code.At(_result);
        var opcode = (Opcode)key.Operation;
        Condition? fused = (key.Form, opcode) switch
        {
            (HandlerForm.Unary, Opcode.I32Eqz) => new Condition(new HandlerKey(HandlerForm.Branch, IsNegated: true), compare.B, 0),
            (HandlerForm.Unary, Opcode.I64Eqz) =>
                new Condition(new HandlerKey(HandlerForm.CompareBranchConstant, (int)Opcode.I64Eq), compare.B, 0),
            (HandlerForm.Binary, _) when Comparisons.IsComparison(opcode) =>
                new Condition(new HandlerKey(HandlerForm.CompareBranch, key.Operation), compare.B, compare.C),
            (HandlerForm.BinaryConstant, _) when IsFusableConstant(opcode, compare.Wide) =>
                new Condition(new HandlerKey(HandlerForm.CompareBranchConstant, key.Operation), compare.B, (int)compare.Wide),
            _ => null,
        };
        if (fused is { } condition)
        {
            _code.RemoveLast();
            _result = -1;
            return condition;
        }

        return new Condition(new HandlerKey(HandlerForm.Branch), operand.Slot, 0);
    }

    private static bool IsFusableConstant(Opcode opcode, long bits) => opcode switch
    {
        >= Opcode.I32Eq and <= Opcode.I32GeU => true,
        >= Opcode.I64Eq and <= Opcode.I64GeU => bits == (int)bits,
        _ => false,
    };

    private void BranchOnNull(ControlBlock target)
    {
        _stack.Flush();
        Operand reference = _stack.Pop();
        BranchIf(target, IsNull(reference));
        _stack.PushSlot(reference.Type);
    }

    // The reference is among the values that the branch takes.
    private void BranchOnNonNull(ControlBlock target)
    {
        _stack.Flush();
        Condition isNull = IsNull(_stack[_stack.Count - 1]);
        BranchIf(target, isNull with { Key = isNull.Key with { IsNegated = true } });
        _stack.Pop();
    }

    private static Condition IsNull(Operand reference) =>
        new(new HandlerKey(HandlerForm.CompareBranchConstant, (int)Opcode.I64Eq), reference.Slot, (int)Reference.Null);

    private void EmitConditional(Condition condition, CodeLabel label, bool isNegated, bool isBackward) => _code.EmitJump(
        condition.Key with { IsNegated = condition.Key.IsNegated ^ isNegated, IsBackward = isBackward }, label, condition.A, condition.B);
}
