using System.Collections.Frozen;
using System.Reflection;
using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>What numeric, vector and memory instructions do, as C# methods named by opcode, so that every engine does the same.</summary>
internal static class OpcodeSemantics
{
    private static readonly FrozenDictionary<Opcode, MethodInfo> All =
        ((Type[])[typeof(NumericOperations), typeof(VectorOperations), typeof(LoadOperations), typeof(StoreOperations)])
        .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Static))
        .ToFrozenDictionary(m => Enum.Parse<Opcode>(m.Name));

    /// <summary>
    /// The method with an opcode's semantics: of its operands, of the address that a load or store has computed before, and of its
    /// lane or lanes as the last parameter. Null where there is none, because the opcode is more than such a function.
    /// </summary>
    public static MethodInfo? Find(Opcode opcode) => All.GetValueOrDefault(opcode);
}
