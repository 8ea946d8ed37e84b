using System.Security.Cryptography;

namespace QuicWasm.Modules;

/// <summary>Puts a module's binary together again from its parts, byte for byte, and checks its SHA-256.</summary>
public static class BinaryAssembler
{
    internal const int MaximumHeaderBytes = 6;

    /// <summary>Whether all parts are here, so that <see cref="Assemble"/> can do its work.</summary>
    public static bool IsComplete(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        if (!module.IsFromSkeleton)
        {
            return true;
        }

        foreach (FunctionBody body in module.Functions)
        {
            if (!body.IsPresent)
            {
                return false;
            }
        }

        foreach (DataSegment segment in module.Datas)
        {
            if (!segment.IsPresent)
            {
                return false;
            }
        }

        return module.ProvidedCustomSections is not null || ModuleParts.CustomSectionsLength(module) == 0;
    }

    /// <summary>The module's binary.</summary>
    /// <exception cref="ModuleException">The parts do not make the binary whose SHA-256 the skeleton gives.</exception>
    /// <exception cref="InvalidOperationException">A part has not arrived.</exception>
    public static ReadOnlyMemory<byte> Assemble(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        if (!module.IsFromSkeleton)
        {
            return module.Binary;
        }

        if (!IsComplete(module))
        {
            throw new InvalidOperationException("A part of the module has not arrived.");
        }

        byte[] binary = new byte[module.Map.LengthBytes];
        "\0asm\u0001\0\0\0"u8.CopyTo(binary);
        ReadOnlySpan<byte> customSections = ModuleParts.CustomSections(module).Span;
        for (int i = 0; i < module.Map.Sections.Length; i++)
        {
            BinarySection section = module.Map.Sections[i];
            if (section.Id == SectionId.Custom)
            {
                int length = ModuleParts.WholeLength(section);
                customSections[..length].CopyTo(binary.AsSpan((int)section.Offset));
                customSections = customSections[length..];
                continue;
            }

            WriteHeader(section, binary.AsSpan((int)section.Offset));
            WritePayload(module, i, binary.AsSpan((int)section.PayloadOffset, section.PayloadLength));
        }

        return module.Sha256.AsSpan().SequenceEqual(SHA256.HashData(binary))
            ? binary
            : throw new ModuleException(ModuleError.Malformed, 0, "the parts do not make the binary whose SHA-256 the skeleton gives");
    }

    /// <summary>Writes a section's id and length, the latter in as many bytes as the binary has; returns how many in all.</summary>
    internal static int WriteHeader(BinarySection section, Span<byte> destination)
    {
        int length = (int)(section.PayloadOffset - section.Offset);
        destination[0] = section.Id;
        uint value = (uint)section.PayloadLength;
        for (int i = 1; i < length; i++)
        {
            destination[i] = (byte)((value & 0x7F) | (i < length - 1 ? 0x80u : 0));
            value >>= 7;
        }

        return length;
    }

    /// <summary>Writes the payload of the data section: what the skeleton keeps of it, and the segments' bytes between.</summary>
    internal static void WriteData(Module module, int sectionIndex, Span<byte> destination)
    {
        var weaver = new Weaver(module.KeptPayloads[sectionIndex].Span, destination);
        long payloadOffset = module.Map.Sections[sectionIndex].PayloadOffset;
        foreach (DataSegment segment in module.Datas)
        {
            weaver.Insert((int)(segment.BytesOffset - payloadOffset), segment.Bytes.Span);
        }

        weaver.Finish();
    }

    private static void WritePayload(Module module, int sectionIndex, Span<byte> destination)
    {
        BinarySection section = module.Map.Sections[sectionIndex];
        if (section.Id == SectionId.Data)
        {
            WriteData(module, sectionIndex, destination);
            return;
        }

        var weaver = new Weaver(module.KeptPayloads[sectionIndex].Span, destination);
        if (section.Id == SectionId.Code)
        {
            foreach (FunctionBody body in module.Functions)
            {
                weaver.Insert((int)(body.Offset - section.PayloadOffset), body.Code.Span);
            }
        }

        weaver.Finish();
    }

    /// <summary>Writes kept bytes in order, with other bytes between at given positions.</summary>
    private ref struct Weaver(ReadOnlySpan<byte> kept, Span<byte> destination)
    {
        private readonly Span<byte> _destination = destination;
        private ReadOnlySpan<byte> _kept = kept;
        private int _position;

        public void Insert(int position, ReadOnlySpan<byte> bytes)
        {
            int count = position - _position;
            _kept[..count].CopyTo(_destination[_position..]);
            _kept = _kept[count..];
            bytes.CopyTo(_destination[position..]);
            _position = position + bytes.Length;
        }

        public readonly void Finish() => _kept.CopyTo(_destination[_position..]);
    }
}
