using System.Reflection;
using System.Runtime.Loader;

namespace QuicWasm.Compiler;

/// <summary>A package whose assembly is loaded. It can be collected when nothing refers to this object, nor to a method of it, any more.</summary>
internal sealed class LoadedPackage
{
    private readonly AssemblyLoadContext _context = new(ModuleCode.AssemblyName, isCollectible: true);
    private readonly Dictionary<CodeKey, PackagedFunction> _functions;
    private readonly Type _type;

    /// <exception cref="BadImageFormatException">The assembly cannot be loaded.</exception>
    public LoadedPackage(CodePackage package)
    {
        Keys = [.. package.Functions.Select(static f => f.Key)];
        _functions = package.Functions.ToDictionary(static f => f.Key);
        _type = _context.LoadFromStream(new MemoryStream(package.Assembly.ToArray())).GetType(PackageEmitter.CodeType)
            ?? throw new BadImageFormatException($"the package has no type {PackageEmitter.CodeType}");
    }

    /// <summary>What is in it, in the order in which it is to be compiled.</summary>
    public IReadOnlyList<CodeKey> Keys { get; }

    /// <summary>A function of it, and its method; null where it is not in it.</summary>
    public (PackagedFunction Function, MethodInfo Method)? Find(CodeKey key) =>
        _functions.TryGetValue(key, out PackagedFunction? function) && _type.GetMethod(ModuleCode.NameOf(key)) is { } method ? (function, method) : null;
}
