namespace QuicWasm.Modules;

/// <summary>
/// Implementation limits: the numbers of the JavaScript API (webassembly.github.io/spec/js-api, section 6.2), which the engines of
/// browsers share, and a few of our own where it has none. A module over one of them gives <see cref="ModuleError.LimitExceeded"/>.
/// </summary>
public static class ModuleLimits
{
    /// <summary>Length of a binary in bytes.</summary>
    public const int ModuleBytes = 1 << 30;

    /// <summary>Sections of a binary, custom sections included (ours).</summary>
    public const int Sections = 10_000;

    /// <summary>Types of a module.</summary>
    public const int Types = 1_000_000;

    /// <summary>Functions that a module imports or defines.</summary>
    public const int Functions = 1_000_000;

    /// <summary>Imports of a module.</summary>
    public const int Imports = 1_000_000;

    /// <summary>Exports of a module.</summary>
    public const int Exports = 1_000_000;

    /// <summary>Globals that a module imports or defines.</summary>
    public const int Globals = 1_000_000;

    /// <summary>Tags that a module imports or defines.</summary>
    public const int Tags = 1_000_000;

    /// <summary>Tables that a module imports or defines.</summary>
    public const int Tables = 100_000;

    /// <summary>Memories that a module imports or defines.</summary>
    public const int Memories = 100;

    /// <summary>Data segments of a module.</summary>
    public const int DataSegments = 100_000;

    /// <summary>Element segments of a module.</summary>
    public const int ElementSegments = 1_000_000;

    /// <summary>Items of all element segments of a module together.</summary>
    public const int ElementItems = 10_000_000;

    /// <summary>Parameters of a function type.</summary>
    public const int Parameters = 1_000;

    /// <summary>Results of a function type.</summary>
    public const int Results = 1_000;

    /// <summary>Length of the code of a function in bytes.</summary>
    public const int FunctionBytes = 7_654_321;

    /// <summary>Locals of a function, parameters included.</summary>
    public const int Locals = 50_000;

    /// <summary>Blocks in blocks of a function (ours).</summary>
    public const int Nesting = 50_000;

    /// <summary>Values on the operand stack of a function (ours).</summary>
    public const int OperandStack = 100_000;
}
