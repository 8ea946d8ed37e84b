using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

// Operations on whole memories; those on memory 0 alone, of 32-bit addresses, have forms of their own, which find it without the Store.
internal sealed partial class Lowerer
{
    private bool IsFirst(int memory) => memory == 0 && !_instance.Memories[memory].Type.Limits.Is64;

    private void LowerMemorySize(int memory)
    {
        int destination = PushResult(_instance.Memories[memory].Type.Limits.AddressType);
        if (memory == 0)
        {
            _code.Emit(new HandlerKey(HandlerForm.MemorySize), destination);
        }
        else
        {
            _code.Emit(Managed(ManagedOperation.MemorySize), destination, 0, _instance.Memories[memory].Address);
        }
    }

    private void LowerMemoryInit(DataInstance data, int memory)
    {
        if (IsFirst(memory))
        {
            EmitThree(ManagedOperation.MemoryInit, data.Address);
            return;
        }

        EmitThree(ManagedOperation.MemoryInitOther, data.Address);
        _code.Emit(new HandlerKey(HandlerForm.Operands), _instance.Memories[memory].Address);
    }

    private void LowerMemoryCopy(int destination, int source)
    {
        if (IsFirst(destination) && IsFirst(source))
        {
            EmitThree(ManagedOperation.MemoryCopy);
            return;
        }

        EmitThree(ManagedOperation.MemoryCopyOther);
        _code.Emit(new HandlerKey(HandlerForm.Operands), _instance.Memories[destination].Address, _instance.Memories[source].Address);
    }

    private void LowerMemoryFill(int memory)
    {
        if (IsFirst(memory))
        {
            EmitThree(ManagedOperation.MemoryFill);
            return;
        }

        EmitThree(ManagedOperation.MemoryFillOther, _instance.Memories[memory].Address);
    }
}
