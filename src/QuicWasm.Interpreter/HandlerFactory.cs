using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace QuicWasm.Interpreter;

// How the interpreter dispatches. Each handler is a small method of its own, (ip, fp, mem, memSize, machine) -> void, that ends in an
// explicit tail call of the next instruction's handler: RyuJIT turns it into a jump, and the five arguments stay in registers for good.
// C# cannot express such a call, so handlers are emitted: the semantics are the C# methods of NumericOperations, VectorOperations,
// LoadOperations and StoreOperations, which the JIT inlines. Nothing here belongs to a runtime: handlers are code, shared by the process like JIT output.

/// <summary>Emits handlers on demand, and keeps them for the life of the process.</summary>
internal static partial class HandlerFactory
{
    /// <summary>The dynamic assembly may use this assembly's internals (see InternalsVisibleTo in the project file).</summary>
    private const string AssemblyName = "QuicWasm.Interpreter.Handlers";

    private const int CommonAtOnce = 8;

    private static readonly Type[] Parameters = [typeof(nint), typeof(nint), typeof(nint), typeof(ulong), typeof(Machine)];

    private static readonly Lock Gate = new();
    private static readonly ConcurrentDictionary<HandlerKey, nint> Handlers = new();
    private static int _batches;
    private static int _waiting;

    private static readonly ModuleBuilder Dynamic =
        AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(AssemblyName), AssemblyBuilderAccess.Run).DefineDynamicModule(AssemblyName);

    /// <summary>Resolves the handlers of a function's code; those that do not exist yet are emitted together.</summary>
    public static void Resolve(ReadOnlySpan<HandlerKey> keys, Span<nint> handlers)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            if (!Handlers.TryGetValue(keys[i], out handlers[i]))
            {
                EmitNow(keys);
                handlers[i] = Handlers[keys[i]];
            }
        }
    }

    /// <summary>Emits what most programs use, a few at a time: whoever needs something meanwhile comes first.</summary>
    public static void EmitCommon()
    {
        foreach (HandlerKey[] few in CommonHandlers.Keys().Chunk(CommonAtOnce))
        {
            SpinWait.SpinUntil(static () => Volatile.Read(ref _waiting) == 0);
            lock (Gate)
            {
                EmitMissing(few);
            }
        }
    }

    private static void EmitNow(ReadOnlySpan<HandlerKey> keys)
    {
        Interlocked.Increment(ref _waiting);
        lock (Gate)
        {
            Interlocked.Decrement(ref _waiting);
            EmitMissing(keys);
        }
    }

    private static void EmitMissing(ReadOnlySpan<HandlerKey> keys)
    {
        EnsureSlowPaths();
        var missing = new HashSet<HandlerKey>();
        foreach (HandlerKey key in keys)
        {
            if (!Handlers.ContainsKey(key))
            {
                missing.Add(key);
            }
        }

        if (missing.Count > 0)
        {
            Emit(missing);
        }
    }

    // Handlers jump to these where they leave their fast path, so they must exist first.
    private static void EnsureSlowPaths()
    {
        if (Handlers.IsEmpty)
        {
            Emit([
                SlowPath(ManagedOperation.TrapOutOfBounds),
                SlowPath(ManagedOperation.CallSlowly),
                SlowPath(ManagedOperation.TailCallSlowly),
                SlowPath(ManagedOperation.Poll),
            ]);
        }
    }

    private static HandlerKey SlowPath(ManagedOperation operation) => new(HandlerForm.Managed, (int)operation);

    private static void Emit(HashSet<HandlerKey> keys)
    {
        TypeBuilder type = Dynamic.DefineType($"Handlers{_batches++}", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        foreach (HandlerKey key in keys)
        {
            MethodBuilder method = type.DefineMethod(
                key.ToString(), MethodAttributes.Public | MethodAttributes.Static, CallingConventions.Standard, typeof(void), Parameters);
            method.SetImplementationFlags(MethodImplAttributes.AggressiveOptimization);
            method.InitLocals = false;
            EmitBody(new HandlerEmitter(method.GetILGenerator()), key);
        }

        Type built = type.CreateType();
        foreach (HandlerKey key in keys)
        {
            RuntimeMethodHandle handle = built.GetMethod(key.ToString())!.MethodHandle;
            RuntimeHelpers.PrepareMethod(handle);
            Handlers[key] = handle.GetFunctionPointer();
        }
    }

    private static void EmitBody(HandlerEmitter il, HandlerKey key)
    {
        switch (key.Form)
        {
            case HandlerForm.Unary or HandlerForm.Binary or HandlerForm.BinaryConstant or HandlerForm.Ternary or HandlerForm.Shuffle:
                EmitNumeric(il, key);
                break;
            case HandlerForm.Load or HandlerForm.LoadLane:
                EmitLoad(il, key);
                break;
            case HandlerForm.Store or HandlerForm.StoreConstant:
                EmitStore(il, key);
                break;
            case HandlerForm.CompareBranch or HandlerForm.CompareBranchConstant or HandlerForm.Branch or HandlerForm.Jump:
                EmitJump(il, key);
                break;
            case HandlerForm.BranchTable:
                EmitBranchTable(il);
                break;
            case HandlerForm.Call:
                EmitCall(il);
                break;
            case HandlerForm.TailCall:
                EmitTailCall(il);
                break;
            case HandlerForm.Goto:
                il.WideOperand();
                il.Il.Emit(OpCodes.Conv_I);
                il.StoreIp();
                il.Dispatch();
                break;
            case HandlerForm.Return or HandlerForm.ReturnOne or HandlerForm.ReturnMany:
                EmitReturn(il, key);
                break;
            case HandlerForm.Managed:
                EmitManaged(il, (ManagedOperation)key.Operation);
                break;
            case HandlerForm.Exit or HandlerForm.Operands:
                il.Return();
                break;
            default:
                EmitData(il, key);
                break;
        }
    }

    /// <summary>A field of <see cref="Machine"/>.</summary>
    private static FieldInfo Field(string name) => typeof(Machine).GetField(name)!;
}
