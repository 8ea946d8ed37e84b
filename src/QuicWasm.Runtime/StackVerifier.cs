using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>A captured stack does not fit the Store: the message says which frame, and why.</summary>
public sealed class StackException(string message) : Exception(message);

/// <summary>Checks a captured stack against the functions it is of, before any engine sees it.</summary>
public static class StackVerifier
{
    /// <summary>Checks every frame: its function, pc, slot counts and references, and that each frame waits for the next one.</summary>
    /// <exception cref="StackException">A frame does not fit.</exception>
    public static void Verify(Store store, CallStack stack)
    {
        if (stack.Frames.IsDefaultOrEmpty)
        {
            throw new StackException("a captured stack has no frames");
        }

        for (int i = 0; i < stack.Frames.Length; i++)
        {
            VerifyFrame(store, stack.Frames[i], i, isTop: i == stack.Frames.Length - 1, stack);
        }
    }

    private static void VerifyFrame(Store store, Frame frame, int index, bool isTop, CallStack stack)
    {
        FunctionInstance function = FunctionAt(store, frame.FunctionAddress, index);
        function.EnsureBody();
        ValidatedModule module = function.Module!.Module;
        ResumePointTable points = ResumePoints.Of(module, function.DefinedIndex);
        ResumePoint point = points.Find(frame.Pc) ?? throw Bad(index, $"pc {frame.Pc} is no resume point of {function.DisplayName}");

        VerifySlots(store, module.LocalTypes(function.DefinedIndex).AsSpan(), frame.Locals.AsSpan(), index, "locals");
        ReadOnlySpan<ValueType> operands = point.StackTypes.AsSpan();
        if (!isTop)
        {
            FunctionInstance callee = FunctionAt(store, stack.Frames[index + 1].FunctionAddress, index + 1);
            operands = WithoutResults(point, callee, index);
        }

        VerifySlots(store, operands, frame.Operands.AsSpan(), index, "operands");
    }

    private static ReadOnlySpan<ValueType> WithoutResults(ResumePoint point, FunctionInstance callee, int index)
    {
        if ((point.Kinds & ResumePointKinds.AfterCall) == 0)
        {
            throw Bad(index, $"the frame waits for a callee, but pc {point.Pc} is not after a call");
        }

        ReadOnlySpan<ValueType> operands = point.StackTypes.AsSpan();
        ReadOnlySpan<ValueType> results = callee.Type.Results.AsSpan();
        return point.ResultCount == results.Length && operands[^results.Length..].SequenceEqual(results)
            ? operands[..^results.Length]
            : throw Bad(index, $"the next frame's function {callee.DisplayName} has other results than the call at this frame");
    }

    private static FunctionInstance FunctionAt(Store store, int address, int index)
    {
        if ((uint)address >= (uint)store.Functions.Count || store.Functions[address].Module is null)
        {
            throw Bad(index, $"function address {address} is not of a module's function");
        }

        return store.Functions[address];
    }

    private static void VerifySlots(Store store, ReadOnlySpan<ValueType> types, ReadOnlySpan<ulong> slots, int index, string what)
    {
        if (ValueTypeFacts.SlotCount(types) != slots.Length)
        {
            throw Bad(index, $"{slots.Length} slots of {what} where {ValueTypeFacts.SlotCount(types)} are needed");
        }

        int slot = 0;
        foreach (ValueType type in types)
        {
            if (type == ValueType.FuncRef && slots[slot] > (ulong)store.Functions.Count)
            {
                throw Bad(index, $"slot {slot} of its {what} refers to no function");
            }

            slot += type.SlotCount();
        }
    }

    private static StackException Bad(int index, string what) => new($"frame {index} of the captured stack: {what}");
}
