using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace QuicWasm.Compiler;

/// <summary>The CIL of a compiled function as text, for people.</summary>
internal sealed class IlText
{
    private static readonly FrozenDictionary<int, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static f => (OpCode)f.GetValue(null)!)
        .ToFrozenDictionary(static c => (int)(ushort)c.Value);

    private readonly MetadataReader _metadata;
    private readonly IlTypeNames _names = new();
    private readonly List<string> _lines = [];

    private IlText(MetadataReader metadata) => _metadata = metadata;

    /// <summary>The lines of a function's CIL; its safe points, by their offsets in the Wasm code, are comments.</summary>
    public static IReadOnlyList<string> Of(CodePackage package, PackagedFunction function)
    {
        using var image = new PEReader(ImmutableArray.Create(package.Assembly.Span));
        var text = new IlText(image.GetMetadataReader());
        string name = ModuleCode.NameOf(function.Key);
        MethodDefinition method = text._metadata.MethodDefinitions.Select(text._metadata.GetMethodDefinition)
            .First(m => text._metadata.GetString(m.Name) == name);
        MethodBodyBlock body = image.GetMethodBody(method.RelativeVirtualAddress);
        MethodSignature<string> signature = method.DecodeSignature(text._names, null);
        text._lines.Add($"{signature.ReturnType} {name}({string.Join(", ", signature.ParameterTypes)})");
        text.AddLocals(body);
        text.AddCode(body.GetILReader(), function);
        return text._lines;
    }

    private void AddLocals(MethodBodyBlock body)
    {
        if (!body.LocalSignature.IsNil)
        {
            ImmutableArray<string> locals = _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_names, null);
            _lines.AddRange(locals.Select(static (type, i) => $"  local {i}: {type}"));
        }
    }

    private void AddCode(BlobReader reader, PackagedFunction function)
    {
        int place = 0;
        while (reader.RemainingBytes > 0)
        {
            for (; place < function.Places.Length && function.Places[place].Offset <= reader.Offset; place++)
            {
                _lines.Add($"  // safe point at {function.Places[place].Pc}");
            }

            if (reader.Offset == function.WarmLength)
            {
                _lines.Add("  // what is rare");
            }

            int offset = reader.Offset;
            int value = reader.ReadByte();
            OpCode code = Codes[value == 0xFE ? 0xFE00 | reader.ReadByte() : value];
            _lines.Add($"  {LabelOf(offset)}: {code.Name} {Operand(code, ref reader)}".TrimEnd());
        }
    }

    private string Operand(OpCode code, ref BlobReader reader) => code.OperandType switch
    {
        OperandType.InlineNone => "",
        OperandType.ShortInlineBrTarget => LabelOf(reader.ReadSByte() + reader.Offset),
        OperandType.InlineBrTarget => LabelOf(reader.ReadInt32() + reader.Offset),
        OperandType.ShortInlineVar => $"{reader.ReadByte()}",
        OperandType.InlineVar => $"{reader.ReadUInt16()}",
        OperandType.ShortInlineI => $"{reader.ReadSByte()}",
        OperandType.InlineI => $"{reader.ReadInt32()}",
        OperandType.InlineI8 => $"{reader.ReadInt64()}",
        OperandType.ShortInlineR => reader.ReadSingle().ToString("R", CultureInfo.InvariantCulture),
        OperandType.InlineR => reader.ReadDouble().ToString("R", CultureInfo.InvariantCulture),
        OperandType.InlineSwitch => Targets(ref reader),
        _ => Token(MetadataTokens.EntityHandle(reader.ReadInt32())),
    };

    private static string Targets(ref BlobReader reader)
    {
        var offsets = new int[reader.ReadInt32()];
        for (int i = 0; i < offsets.Length; i++)
        {
            offsets[i] = reader.ReadInt32();
        }

        int end = reader.Offset;
        return $"({string.Join(", ", offsets.Select(o => LabelOf(o + end)))})";
    }

    private string Token(EntityHandle handle) => handle.Kind switch
    {
        HandleKind.MethodDefinition => _metadata.GetString(_metadata.GetMethodDefinition((MethodDefinitionHandle)handle).Name),
        HandleKind.MemberReference => Member(_metadata.GetMemberReference((MemberReferenceHandle)handle)),
        HandleKind.MethodSpecification => Generic(_metadata.GetMethodSpecification((MethodSpecificationHandle)handle)),
        HandleKind.StandaloneSignature =>
            _names.GetFunctionPointerType(_metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle).DecodeMethodSignature(_names, null)),
        HandleKind.TypeReference => _names.GetTypeFromReference(_metadata, (TypeReferenceHandle)handle, 0),
        HandleKind.TypeSpecification => _names.GetTypeFromSpecification(_metadata, null, (TypeSpecificationHandle)handle, 0),
        _ => $"{handle.Kind}",
    };

    private string Member(MemberReference member) => $"{Token(member.Parent)}::{_metadata.GetString(member.Name)}";

    private string Generic(MethodSpecification method) => $"{Token(method.Method)}<{string.Join(", ", method.DecodeSignature(_names, null))}>";

    private static string LabelOf(int offset) => string.Create(CultureInfo.InvariantCulture, $"IL_{offset:x4}");
}
