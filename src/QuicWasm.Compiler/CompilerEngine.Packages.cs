using Microsoft.Extensions.Logging;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

// Code that was compiled before: by an earlier process, which left it in the cache, or by another node, which sent it.
public sealed partial class CompilerEngine
{
    private readonly CodeCache? _cache;
    private int _preheated;

    /// <summary>Whether code is being compiled, or waits for it. Any thread may ask.</summary>
    internal bool HasCodeWaiting => _hot.IsBusy;

    /// <inheritdoc/>
    public string CodeIdentity => EngineIdentity.Current;

    /// <inheritdoc/>
    public byte[]? Package(ModuleInstance instance, string identity) => identity == CodeIdentity
        ? ModuleVariants.Find(instance.Module, VariantOf(instance))?.ToPackage(isForced: true)?.Encode()
        : null;

    /// <inheritdoc/>
    public bool Accept(ModuleInstance instance, ReadOnlyMemory<byte> package)
    {
        if (CodePackage.Decode(package) is not { } decoded
            || decoded.Identity != CodeIdentity
            || decoded.Variant != VariantOf(instance)
            || !decoded.Sha256.SequenceEqual(instance.Module.Module.Sha256))
        {
            return false;
        }

        _hot.Preheat(() => Offered(instance, decoded));
        return true;
    }

    /// <summary>The CIL of a function, as it is compiled, in lines of text; null where it is a function that only the interpreter runs.</summary>
    /// <exception cref="TrapException">Its code could not be fetched.</exception>
    public IReadOnlyList<string>? IlOf(FunctionInstance function)
    {
        if (function.Module is not { } instance)
        {
            return null;
        }

        function.EnsureBody();
        ModuleCode code = CodeOf(instance);
        var key = new CodeKey(function.DefinedIndex, -1);
        if (!code.IsCompilable(key.DefinedIndex))
        {
            return null;
        }

        CodePackage package = PackageEmitter.Emit(code, [key]);
        return IlText.Of(package, package.Functions[0]);
    }

    // Before something runs. Where everything is compiled at its first call, that call is to find the code; else it is no hurry.
    private void PreheatNew()
    {
        for (; _cache is not null && _preheated < Context.Store.Modules.Count; _preheated++)
        {
            ModuleInstance instance = Context.Store.Modules[_preheated];
            if (_mode == CompileMode.Tiered)
            {
                _hot.Preheat(() => Cached(instance));
            }
            else
            {
                _ = Cached(instance);
            }
        }
    }

    private IEnumerable<(FunctionInstance Function, int LoopPc)> Cached(ModuleInstance instance) =>
        _cache!.Find(instance.Module.Module.Sha256, VariantOf(instance)) is { } package ? Offered(instance, package) : [];

    private IEnumerable<(FunctionInstance Function, int LoopPc)> Offered(ModuleInstance instance, CodePackage package)
    {
        IReadOnlyList<CodeKey> keys;
        try
        {
            keys = CodeOf(instance).Offer(package);
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException)
        {
            LogPackage(Context.Log, e);
            return [];
        }

        int imported = instance.Module.ImportedFunctionCount;
        return keys
            .Where(k => (uint)k.DefinedIndex < (uint)instance.Module.Module.Functions.Length && instance.Module.Module.Functions[k.DefinedIndex].IsPresent)
            .Select(k => (instance.Functions[imported + k.DefinedIndex], k.LoopPc));
    }

    private void KeepCode()
    {
        if (_cache is null)
        {
            return;
        }

        foreach (ModuleCode code in Context.Store.Modules.Select(m => ModuleVariants.Find(m.Module, VariantOf(m))).OfType<ModuleCode>().Distinct())
        {
            if (code.ToPackage(isForced: false) is { } package)
            {
                _cache.Keep(package);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "compiled code that was kept cannot be loaded, and is not used")]
    private static partial void LogPackage(ILogger log, Exception error);
}
