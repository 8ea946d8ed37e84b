using System.Collections.Immutable;
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

        var known = new Dictionary<int, FunctionFacts>();
        for (int i = 0; i < stack.Frames.Length; i++)
        {
            VerifyFrame(store, stack.Frames[i], i, isTop: i == stack.Frames.Length - 1, stack, known);
        }
    }

    private static void VerifyFrame(Store store, Frame frame, int index, bool isTop, CallStack stack, Dictionary<int, FunctionFacts> known)
    {
        FunctionInstance function = FunctionAt(store, frame.FunctionAddress, index);
        FunctionFacts facts = FactsOf(function, known);
        ResumePoint point = facts.Points.Find(frame.Pc) ?? throw Bad(index, $"pc {frame.Pc} is no resume point of {function.DisplayName}");
        ModuleInstance instance = function.Module!;
        VerifySlots(instance, facts.Locals.AsSpan(), frame.Locals.AsSpan(), index, "locals");
        ReadOnlySpan<ValueType> operands = point.StackTypes.AsSpan();
        if (!isTop)
        {
            FunctionInstance callee = FunctionAt(store, stack.Frames[index + 1].FunctionAddress, index + 1);
            operands = WithoutResults(instance, point, callee, index);
        }

        VerifySlots(instance, operands, frame.Operands.AsSpan(), index, "operands");
    }

    private static ReadOnlySpan<ValueType> WithoutResults(ModuleInstance instance, ResumePoint point, FunctionInstance callee, int index)
    {
        if ((point.Kinds & ResumePointKinds.AfterCall) == 0)
        {
            throw Bad(index, $"the frame waits for a callee, but pc {point.Pc} is not after a call");
        }

        ReadOnlySpan<ValueType> results = callee.Type.Results.AsSpan();
        ReadOnlySpan<ValueType> awaited = point.StackTypes.AsSpan(point.StackTypes.Length - point.ResultCount, point.ResultCount);
        return Matches(instance, results, awaited)
            ? point.StackTypesDuringCall
            : throw Bad(index, $"the next frame's function {callee.DisplayName} has other results than the call at this frame");
    }

    private static bool Matches(ModuleInstance instance, ReadOnlySpan<ValueType> results, ReadOnlySpan<ValueType> awaited)
    {
        bool matches = results.Length == awaited.Length;
        for (int i = 0; matches && i < results.Length; i++)
        {
            matches = results[i].Matches(instance.TypeInStore(awaited[i]));
        }

        return matches;
    }

    // Deep stacks are mostly of few functions, and what is known of a function is computed anew by each question.
    private static FunctionFacts FactsOf(FunctionInstance function, Dictionary<int, FunctionFacts> known)
    {
        if (!known.TryGetValue(function.Address, out FunctionFacts facts))
        {
            function.EnsureBody();
            ValidatedModule module = function.Module!.Module;
            facts = new FunctionFacts(ResumePoints.Of(module, function.DefinedIndex), module.LocalTypes(function.DefinedIndex));
            known.Add(function.Address, facts);
        }

        return facts;
    }

    private static FunctionInstance FunctionAt(Store store, int address, int index)
    {
        if ((uint)address >= (uint)store.Functions.Count || store.Functions[address].Module is null)
        {
            throw Bad(index, $"function address {address} is not of a module's function");
        }

        return store.Functions[address];
    }

    private static void VerifySlots(ModuleInstance instance, ReadOnlySpan<ValueType> types, ReadOnlySpan<ulong> slots, int index, string what)
    {
        if (ValueTypeFacts.SlotCount(types) != slots.Length)
        {
            throw Bad(index, $"{slots.Length} slots of {what} where {ValueTypeFacts.SlotCount(types)} are needed");
        }

        int slot = 0;
        foreach (ValueType type in types)
        {
            if (!instance.Context.Store.IsValid(slots[slot], instance.TypeInStore(type)))
            {
                throw Bad(index, $"slot {slot} of its {what} refers to nothing of type {type.Text()}");
            }

            slot += type.SlotCount();
        }
    }

    private static StackException Bad(int index, string what) => new($"frame {index} of the captured stack: {what}");

    private readonly record struct FunctionFacts(ResumePointTable Points, ImmutableArray<ValueType> Locals);
}
