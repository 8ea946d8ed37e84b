using System.Runtime.InteropServices;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

/// <summary>
/// How a function returns that was entered by a tail call from another instance. Its caller may have called a function of its own
/// instance, and goes on without a look at which memory is current; so the return address is replaced by code that goes back to the
/// caller's memory first. There is one piece of code for each call that needs it, however often.
/// </summary>
// SAFETY: return addresses are those of live code of this engine, and an instruction stands before each; pieces live until Free, when no handler runs.
internal sealed unsafe class MemoryReturns
{
    private readonly InterpreterEngine _engine;
    private readonly Dictionary<nint, nint> _pieces = [];
    private readonly Dictionary<nint, nint> _targets = [];
    private readonly nint _useMemory;

    public MemoryReturns(InterpreterEngine engine)
    {
        _engine = engine;
        Span<nint> handler = stackalloc nint[1];
        HandlerFactory.Resolve([new HandlerKey(HandlerForm.UseMemory)], handler);
        _useMemory = handler[0];
    }

    /// <summary>An address that goes back to the memory of the function at a return address, and then to that address.</summary>
    public Instruction* Through(Instruction* returnAddress)
    {
        if (_engine.IsExit(returnAddress) || returnAddress->Handler == _useMemory)
        {
            return returnAddress;
        }

        if ((returnAddress - 1)->Handler == _useMemory)
        {
            return returnAddress - 1;
        }

        if (!_pieces.TryGetValue((nint)returnAddress, out nint piece))
        {
            piece = (nint)Make(returnAddress);
            _pieces.Add((nint)returnAddress, piece);
            _targets.Add(piece, (nint)returnAddress);
        }

        return (Instruction*)piece;
    }

    /// <summary>The return address that an address from <see cref="Through"/> stands for; any other one as it is.</summary>
    public Instruction* Target(Instruction* address) => _targets.TryGetValue((nint)address, out nint target) ? (Instruction*)target : address;

    /// <summary>Frees all pieces of code.</summary>
    public void Free()
    {
        foreach (nint piece in _targets.Keys)
        {
            NativeMemory.Free((void*)piece);
        }

        _targets.Clear();
        _pieces.Clear();
    }

    private Instruction* Make(Instruction* returnAddress)
    {
        MemoryCell* memory = _engine.MemoryOf(_engine.LoweredAt(returnAddress).Function.Module!);
        var code = new CodeBuilder();
        code.EmitWide(new HandlerKey(HandlerForm.UseMemory), 0, 0, (long)memory);
        code.EmitWide(new HandlerKey(HandlerForm.Goto), 0, 0, (long)returnAddress);
        return code.Finish();
    }
}
