using QuicWasm.Modules;

namespace QuicWasm.Cli;

/// <summary>What the functions of a module are called: by its name section, by an export, or as they are imported.</summary>
internal sealed class FunctionNames(Module module)
{
    private readonly List<ImportDeclaration> _imports = [.. module.Imports.Where(static i => i.Kind == ExternalKind.Function)];

    /// <summary>How many functions there are, imports first.</summary>
    public int Count => _imports.Count + module.Functions.Length;

    public int ImportCount => _imports.Count;

    /// <summary>The type of a function.</summary>
    public FunctionType TypeOf(int index) =>
        module.Types[index < _imports.Count ? _imports[index].TypeIndex : module.Functions[index - _imports.Count].TypeIndex];

    /// <summary>The best name of a function, or null.</summary>
    public string? Of(int index) => All(index).FirstOrDefault();

    /// <summary>Indices of the functions that a name or a number means.</summary>
    /// <exception cref="UsageException">There is none, or it is imported and has no code here.</exception>
    public IReadOnlyList<int> Find(string text)
    {
        List<int> found = int.TryParse(text, out int index) && index >= 0 && index < Count
            ? [index]
            : [.. Enumerable.Range(0, Count).Where(i => All(i).Contains(text))];
        if (found.Count == 0)
        {
            throw new UsageException($"--function {text}: the module has no function of that name; it has {Count} functions, from 0 on");
        }

        List<int> defined = found.FindAll(i => i >= ImportCount);
        return defined.Count > 0 ? defined : throw new UsageException($"--function {text}: function {found[0]} is imported, and has no code here");
    }

    private IEnumerable<string> All(int index)
    {
        if (module.Names.Functions.TryGetValue(index, out string? name))
        {
            yield return name;
        }

        foreach (ExportDeclaration export in module.Exports.Where(e => e.Kind == ExternalKind.Function && e.Index == index))
        {
            yield return export.Name;
        }

        if (index < _imports.Count)
        {
            yield return $"{_imports[index].Module}.{_imports[index].Name}";
        }
    }
}
