using System.Collections.Immutable;
using System.Runtime.InteropServices;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>What the part Stack says: the suspended computation and the calls still to be made (docs/state-image.md).</summary>
/// <param name="Stack">The suspended computation, or null.</param>
/// <param name="Calls">The calls to be made after it.</param>
internal sealed record StackPart(CallStack? Stack, ImmutableArray<PendingCall> Calls)
{
    private const ulong Version = 1;

    public static StackPart Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new ImageReader(bytes, "the stack of the image");
        reader.Version(Version);
        var calls = new PendingCall[reader.Count(2)];
        for (int i = 0; i < calls.Length; i++)
        {
            int function = reader.Number();
            calls[i] = new PendingCall(function, reader.Slots(reader.Number(ImageLimits.FrameSlots)));
        }

        var frames = new Frame[reader.Count(4)];
        for (int i = 0; i < frames.Length; i++)
        {
            int function = reader.Number();
            int pc = reader.Number();
            int locals = reader.Number(ImageLimits.FrameSlots);
            int operands = reader.Number(ImageLimits.FrameSlots);
            frames[i] = new Frame(function, pc, reader.Slots(locals), reader.Slots(operands));
        }

        reader.End();
        return new StackPart(
            frames.Length == 0 ? null : new CallStack(ImmutableCollectionsMarshal.AsImmutableArray(frames)),
            ImmutableCollectionsMarshal.AsImmutableArray(calls));
    }

    public byte[] Encode()
    {
        var writer = new ImageWriter();
        writer.Varint(Version);
        writer.Number(Calls.Length);
        foreach (PendingCall call in Calls)
        {
            writer.Number(call.FunctionAddress);
            writer.Number(call.Arguments.Length);
            writer.Slots(call.Arguments.AsSpan());
        }

        ImmutableArray<Frame> frames = Stack?.Frames ?? [];
        writer.Number(frames.Length);
        foreach (Frame frame in frames)
        {
            writer.Number(frame.FunctionAddress);
            writer.Number(frame.Pc);
            writer.Number(frame.Locals.Length);
            writer.Number(frame.Operands.Length);
            writer.Slots(frame.Locals.AsSpan());
            writer.Slots(frame.Operands.AsSpan());
        }

        return writer.ToArray();
    }

    /// <summary>Checks the calls against a Store; the frames are checked by <see cref="StackVerifier"/>, when code may be fetched.</summary>
    /// <exception cref="ImageException">A call does not fit its function.</exception>
    public void CheckCalls(Store store)
    {
        foreach (PendingCall call in Calls)
        {
            if (call.FunctionAddress >= store.Functions.Count)
            {
                throw new ImageException(ImageError.Corrupt, $"a call of function address {call.FunctionAddress}, where there are {store.Functions.Count}");
            }

            FunctionInstance function = store.Functions[call.FunctionAddress];
            if (call.Arguments.Length != function.Type.ParameterSlots)
            {
                throw new ImageException(
                    ImageError.Corrupt, $"a call of a function of type {function.Type} with {call.Arguments.Length} argument slots");
            }

            int slot = 0;
            foreach (ValueType type in function.Type.Parameters)
            {
                References.Check(store, type, call.Arguments[slot], "a call still to be made");
                slot += type == ValueType.V128 ? 2 : 1;
            }
        }
    }
}
