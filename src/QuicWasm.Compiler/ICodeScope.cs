using System.Reflection;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>Where the code of a module's functions is emitted to, and what it may name of its surroundings.</summary>
internal interface ICodeScope
{
    /// <summary>The module.</summary>
    ValidatedModule Module { get; }

    /// <summary>Where things stand in the blocks of its instances.</summary>
    InstanceLayout Layout { get; }

    /// <summary>What the code goes by.</summary>
    CodeVariant Variant { get; }

    /// <summary>The method that a call of a function can name, or null where it is called through its pointer.</summary>
    MethodInfo? MethodOf(int definedIndex);

    /// <summary>What takes over from functions of a type that have something to ask at their entry.</summary>
    MethodInfo EntryPollOf(FunctionType type);
}
