using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>A function, or the version of one that is entered at the header of a loop.</summary>
/// <param name="DefinedIndex">The function.</param>
/// <param name="LoopPc">The loop header, or -1.</param>
internal readonly record struct CodeKey(int DefinedIndex, int LoopPc);

/// <summary>A compiled function, or version.</summary>
/// <param name="Key">Which.</param>
/// <param name="Method">The method.</param>
/// <param name="Pointer">Its code.</param>
/// <param name="Places">Where in its CIL the code of a pc is over, in their order.</param>
/// <param name="WarmLength">Where the function's own code ends.</param>
/// <param name="Time">How long compiling it took, the JIT included.</param>
/// <param name="IsOffered">Whether it was emitted in another process.</param>
internal sealed record CompiledCode(
    CodeKey Key, MethodInfo Method, nint Pointer, (int Offset, int Pc)[] Places, int WarmLength, TimeSpan Time, bool IsOffered)
{
    /// <summary>The pc of the call that an offset in the CIL is of, or -1.</summary>
    public int PcAt(int offset) => offset >= WarmLength ? -1 : Places.FirstOrDefault(p => p.Offset >= offset, (Offset: 0, Pc: -1)).Pc;
}

/// <summary>
/// The compiled code of a module. It belongs to no runtime: what differs between instances stands in their blocks. It may be used by several
/// threads. The code can be collected when nothing refers to this object any more.
/// </summary>
internal sealed class ModuleCode : ICodeScope
{
    /// <summary>The dynamic assembly may use this assembly's internals, and the runtime's (see InternalsVisibleTo in the project files).</summary>
    public const string AssemblyName = "QuicWasm.Compiler.Code";

    /// <summary>Functions with larger frames stay in the interpreter: the stack is checked after a frame is made, and keeps room for one.</summary>
    public const int FrameSlotLimit = 4096;

    private readonly Lock _gate = new();
    private readonly ModuleBuilder _assembly;
    private readonly Dictionary<FunctionType, Signature> _signatures;
    private readonly ConcurrentDictionary<CodeKey, CompiledCode?> _compiled = new();
    private readonly Dictionary<(Type, string), CompiledCode> _byName = [];
    private readonly MethodInfo?[] _methods;
    private readonly List<CodeKey> _order = [];
    private LoadedPackage? _offered;
    private int _batches;

    public ModuleCode(ValidatedModule module, CodeVariant variant)
    {
        Module = module;
        Variant = variant;
        Layout = new InstanceLayout(module);
        _methods = new MethodInfo?[module.Module.Functions.Length];
        _assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(AssemblyName), AssemblyBuilderAccess.RunAndCollect)
            .DefineDynamicModule(AssemblyName);
        FunctionType[] types = [.. module.FunctionTypes, .. module.Module.Types];
        _signatures = Signature.EmitAll(_assembly, types.Select(ClrTypes.Erased));
        foreach (FunctionType type in types)
        {
            _signatures.TryAdd(type, _signatures[ClrTypes.Erased(type)]);
        }
    }

    /// <summary>The module.</summary>
    public ValidatedModule Module { get; }

    /// <summary>Where things stand in the blocks of its instances.</summary>
    public InstanceLayout Layout { get; }

    /// <summary>The code around functions of a type; it is the same for all kinds of references.</summary>
    public Signature SignatureOf(FunctionType type) => _signatures.TryGetValue(type, out Signature? known) ? known : _signatures[ClrTypes.Erased(type)];

    /// <summary>What it goes by.</summary>
    public CodeVariant Variant { get; }

    /// <summary>What has been compiled; null also where it cannot be. It does not wait for what is being compiled: it is asked at every first call of a function.</summary>
    public CompiledCode? Find(CodeKey key) => _compiled.GetValueOrDefault(key);

    /// <summary>What a method is the code of; null where it is none of this module's.</summary>
    public CompiledCode? Find(MethodBase method)
    {
        lock (_gate)
        {
            return method.DeclaringType is { } type ? _byName.GetValueOrDefault((type, method.Name)) : null;
        }
    }

    /// <summary>Compiles what is not compiled yet; gives all of it, without what only the interpreter runs.</summary>
    /// <exception cref="ModuleException">A body does not validate.</exception>
    public List<CompiledCode> Compile(IEnumerable<CodeKey> keys)
    {
        lock (_gate)
        {
            List<CodeKey> wanted = [.. keys.Distinct()];
            Emit([.. wanted.Where(k => !_compiled.ContainsKey(k))]);
            return [.. wanted.Select(k => _compiled[k]).OfType<CompiledCode>()];
        }
    }

    /// <summary>The method that a call of a function can name: it is compiled, or is being compiled together with the caller.</summary>
    public MethodInfo? MethodOf(int definedIndex) => _methods[definedIndex];

    /// <inheritdoc/>
    public MethodInfo EntryPollOf(FunctionType type) => SignatureOf(type).EntryPoll;

    /// <summary>Offers code that was compiled before, in another process: it is used from now on instead of emitting it again. The first offer counts.</summary>
    /// <returns>What is in the offer that counts, in the order in which it is to be compiled.</returns>
    /// <exception cref="BadImageFormatException">The package cannot be loaded.</exception>
    public IReadOnlyList<CodeKey> Offer(CodePackage package)
    {
        lock (_gate)
        {
            _offered ??= new LoadedPackage(package);
            return _offered.Keys;
        }
    }

    /// <summary>All that has been compiled or offered; null where that is nothing, or not much more than what was offered.</summary>
    /// <param name="isForced">Whether it is wanted even so.</param>
    public CodePackage? ToPackage(bool isForced)
    {
        CodeKey[] keys;
        lock (_gate)
        {
            IReadOnlyList<CodeKey> offered = _offered?.Keys ?? [];
            CodeKey[] added = [.. _order.Except(offered)];
            if (added.Length <= (isForced ? -offered.Count : offered.Count / 10))
            {
                return null;
            }

            keys = [.. offered.Concat(added).Where(k => Module.Module.Functions[k.DefinedIndex].IsPresent)];
        }

        return PackageEmitter.Emit(this, keys);
    }

    private void Emit(List<CodeKey> keys)
    {
        var scans = new Dictionary<CodeKey, FunctionScan>();
        foreach (CodeKey key in keys)
        {
            if (_offered?.Find(key) is { } offered)
            {
                Finish(key, offered.Method, [.. offered.Function.Places], offered.Function.WarmLength, TimeSpan.Zero, isOffered: true);
                continue;
            }

            FunctionScan scan = Scan(Module, key.DefinedIndex);
            if (IsCompilable(key.DefinedIndex, scan))
            {
                scans.Add(key, scan);
            }
            else
            {
                _compiled[key] = null;
            }
        }

        if (scans.Count == 0)
        {
            return;
        }

        long start = Stopwatch.GetTimestamp();
        TypeBuilder type = _assembly.DefineType($"Code{_batches++}", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        var builders = scans.Keys.ToDictionary(k => k, k => Announce(Define(type, Module, k), k));
        var compilers = new Dictionary<CodeKey, FunctionCompiler>();
        foreach ((CodeKey key, FunctionScan scan) in scans)
        {
            var compiler = new FunctionCompiler(this, key.DefinedIndex, key.LoopPc, scan, builders[key].GetILGenerator());
            compiler.Compile();
            compilers.Add(key, compiler);
        }

        Type made = type.CreateType();
        TimeSpan emitting = Stopwatch.GetElapsedTime(start) / scans.Count;
        foreach ((CodeKey key, FunctionCompiler compiler) in compilers)
        {
            Finish(key, made.GetMethod(builders[key].Name)!, [.. compiler.Places], compiler.WarmLength, emitting, isOffered: false);
        }
    }

    private void Finish(CodeKey key, MethodInfo method, (int, int)[] places, int warmLength, TimeSpan emitting, bool isOffered)
    {
        long start = Stopwatch.GetTimestamp();
        RuntimeHelpers.PrepareMethod(method.MethodHandle);
        nint pointer = method.MethodHandle.GetFunctionPointer();
        if (key.LoopPc < 0 && !isOffered)
        {
            _methods[key.DefinedIndex] = method;
        }

        TimeSpan time = emitting + Stopwatch.GetElapsedTime(start);
        var code = new CompiledCode(key, method, pointer, places, warmLength, time, isOffered);
        _compiled[key] = code;
        _order.Add(key);
        _byName.Add((method.DeclaringType!, method.Name), code);
    }

    /// <summary>Whether a function, whose code is here, can be compiled.</summary>
    internal bool IsCompilable(int definedIndex) => IsCompilable(definedIndex, Scan(Module, definedIndex));

    private bool IsCompilable(int definedIndex, FunctionScan scan)
    {
        FunctionLayout layout = Module.Layout(definedIndex);
        return (Variant.HasSafePoints || !scan.UsesExceptions) && layout.LocalSlots + layout.OperandSlots <= FrameSlotLimit;
    }

    private MethodBuilder Announce(MethodBuilder method, CodeKey key)
    {
        if (key.LoopPc < 0)
        {
            _methods[key.DefinedIndex] = method;
        }

        return method;
    }

    /// <summary>A look over a function.</summary>
    internal static FunctionScan Scan(ValidatedModule module, int definedIndex)
    {
        FunctionType type = module.FunctionTypes[module.ImportedFunctionCount + definedIndex];
        return new FunctionScan(module, definedIndex, module.LocalTypes(definedIndex), type.Parameters.Length);
    }

    /// <summary>The name of a function's method.</summary>
    internal static string NameOf(CodeKey key) => key.LoopPc >= 0 ? $"f{key.DefinedIndex}_{key.LoopPc}" : $"f{key.DefinedIndex}";

    /// <summary>Defines a function's method, still without code.</summary>
    internal static MethodBuilder Define(TypeBuilder type, ValidatedModule module, CodeKey key)
    {
        FunctionType signature = module.FunctionTypes[module.ImportedFunctionCount + key.DefinedIndex];
        MethodBuilder method = type.DefineMethod(
            NameOf(key),
            MethodAttributes.Public | MethodAttributes.Static,
            CallingConventions.Standard,
            ClrTypes.ResultOf(signature),
            key.LoopPc >= 0 ? [typeof(nint)] : ClrTypes.ParametersOf(signature));
        method.InitLocals = false;
        return method;
    }
}
