using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>
/// Emits compiled functions of a module once more, into an assembly that can be kept. A call names the methods that come before it in the
/// assembly only, so that none waits for the JIT in the middle of a run: they are compiled in this order.
/// </summary>
internal sealed class PackageEmitter : ICodeScope
{
    /// <summary>The type whose methods are the functions.</summary>
    public const string CodeType = "Code";

    private readonly TypeBuilder _type;
    private readonly TypeBuilder _signatures;
    private readonly Dictionary<FunctionType, MethodBuilder> _entryPolls = [];
    private readonly Dictionary<int, MethodBuilder> _methods = [];

    private PackageEmitter(ModuleCode code, ModuleBuilder assembly)
    {
        Module = code.Module;
        Layout = code.Layout;
        Variant = code.Variant;
        _type = DefineType(assembly, CodeType);
        _signatures = DefineType(assembly, "Signatures");
    }

    public ValidatedModule Module { get; }

    public InstanceLayout Layout { get; }

    public CodeVariant Variant { get; }

    /// <summary>Emits functions, which must have been compiled before: so it is known that they can be.</summary>
    public static CodePackage Emit(ModuleCode code, IEnumerable<CodeKey> keys)
    {
        var builder = new PersistedAssemblyBuilder(new AssemblyName(ModuleCode.AssemblyName), typeof(object).Assembly);
        var emitter = new PackageEmitter(code, builder.DefineDynamicModule(ModuleCode.AssemblyName));
        ImmutableArray<PackagedFunction> functions = [.. keys.Select(emitter.Emit)];
        emitter._type.CreateType();
        emitter._signatures.CreateType();
        using var stream = new MemoryStream();
        builder.Save(stream);
        return new CodePackage(EngineIdentity.Current, code.Module.Module.Sha256, code.Variant, functions, stream.ToArray());
    }

    public MethodInfo? MethodOf(int definedIndex) => _methods.GetValueOrDefault(definedIndex);

    public MethodInfo EntryPollOf(FunctionType type)
    {
        FunctionType erased = ClrTypes.Erased(type);
        if (!_entryPolls.TryGetValue(erased, out MethodBuilder? method))
        {
            method = Signature.DefineEntryPoll(_signatures, $"EntryPoll{_entryPolls.Count}", erased);
            _entryPolls.Add(erased, method);
        }

        return method;
    }

    private PackagedFunction Emit(CodeKey key)
    {
        MethodBuilder method = ModuleCode.Define(_type, Module, key);
        if (key.LoopPc < 0)
        {
            _methods[key.DefinedIndex] = method;
        }

        var compiler = new FunctionCompiler(this, key.DefinedIndex, key.LoopPc, ModuleCode.Scan(Module, key.DefinedIndex), method.GetILGenerator());
        compiler.Compile();
        return new PackagedFunction(key, compiler.WarmLength, [.. compiler.Places]);
    }

    private static TypeBuilder DefineType(ModuleBuilder assembly, string name) =>
        assembly.DefineType(name, TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
}
