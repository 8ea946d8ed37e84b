using System.Collections.Immutable;
using System.Diagnostics;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

// What a trap's trace says of compiled functions: the stack trace of .NET knows their methods, and where in the CIL they stood.
public sealed partial class CompilerEngine
{
    // Always true. It is a filter's work, done before the stack is unwound: to catch and throw again at every level would use stack at every level.
    private bool Trace(TrapException trap)
    {
        if (trap.Trace.Length < TrapException.TraceLimit)
        {
            ImmutableArray<TraceFrame> frames = TraceOf(trap);
            trap.Extend([.. frames.Skip(trap.CompiledFrames)]);
            trap.CompiledFrames = frames.Length;
        }

        return true;
    }

    // Compiled code has no references of .NET: what it faults on is an address outside of a guarded memory.
    private bool IsCompiled(NullReferenceException fault) => new StackTrace(fault).GetFrame(0) is { } frame && Describe(frame) is not null;

    private TrapException Trap(NullReferenceException fault)
    {
        var trap = new TrapException(TrapKind.OutOfBoundsMemoryAccess, inner: fault);
        trap.Extend(TraceOf(fault));
        return trap;
    }

    private ImmutableArray<TraceFrame> TraceOf(Exception trap)
    {
        ImmutableArray<TraceFrame>.Builder trace = ImmutableArray.CreateBuilder<TraceFrame>();
        foreach (StackFrame frame in new StackTrace(trap).GetFrames())
        {
            if (trace.Count < TrapException.TraceLimit && Describe(frame) is { } described)
            {
                trace.Add(described);
            }
        }

        return trace.ToImmutable();
    }

    private TraceFrame? Describe(StackFrame frame)
    {
        if (frame.GetMethod() is not { } method)
        {
            return null;
        }

        foreach (ModuleInstance instance in Context.Store.Modules)
        {
            if (ModuleVariants.Find(instance.Module, VariantOf(instance)) is { } code && code.Find(method) is { } compiled)
            {
                int definedIndex = compiled.Key.DefinedIndex;
                FunctionInstance function = instance.Functions[instance.Module.ImportedFunctionCount + definedIndex];
                int pc = compiled.PcAt(frame.GetILOffset());
                return new TraceFrame(function.DisplayName, pc >= 0 ? pc : instance.Module.Layout(definedIndex).EntryPc);
            }
        }

        return null;
    }
}
