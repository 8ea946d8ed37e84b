namespace QuicWasm.Fuzz.Tests;

/// <summary>A module, and the calls to make in it, one after the other.</summary>
/// <param name="Binary">The module.</param>
/// <param name="Calls">The calls.</param>
internal sealed record GeneratedModule(byte[] Binary, IReadOnlyList<GeneratedCall> Calls);

/// <summary>A call of an exported function.</summary>
/// <param name="Function">The export.</param>
/// <param name="Parameters">Types of the arguments.</param>
/// <param name="Arguments">Their bits, in slots.</param>
/// <param name="Results">Types of the results.</param>
internal sealed record GeneratedCall(string Function, ValueType[] Parameters, ulong[] Arguments, ValueType[] Results);

/// <summary>A function that others can call.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Type">Index of its type.</param>
/// <param name="Parameters">Types of its parameters.</param>
/// <param name="Results">Types of its results.</param>
internal sealed record GeneratedSignature(uint Index, uint Type, ValueType[] Parameters, ValueType[] Results);

/// <summary>What the functions of a module have in common.</summary>
/// <param name="BlockTypes">Types of blocks with several values.</param>
/// <param name="LoopType">The type of loops with values, whose results are its parameters.</param>
/// <param name="Tags">Tags of exceptions.</param>
/// <param name="MaxInstructions">How large a function becomes, roughly.</param>
internal sealed record ModuleShape(GeneratedSignature[] BlockTypes, GeneratedSignature LoopType, GeneratedTag[] Tags, int MaxInstructions);

/// <summary>A tag of exceptions, with its type and those of blocks that catch them.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Type">Index of its type.</param>
/// <param name="Parameters">What an exception carries.</param>
internal sealed record GeneratedTag(uint Index, uint Type, ValueType[] Parameters)
{
    /// <summary>How many types there are for a tag.</summary>
    public const int TypeCount = 3;

    /// <summary>Index of the type of a block whose results are what the exception carries.</summary>
    public uint TypeCaught => Type + 1;

    /// <summary>The same, with the reference to the exception behind.</summary>
    public uint TypeCaughtAndKept => Type + 2;
}
