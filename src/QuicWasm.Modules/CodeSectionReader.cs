using System.Runtime.InteropServices;

namespace QuicWasm.Modules;

/// <summary>
/// The function and the code section (spec: binary/modules, sections 5.5.6 and 5.5.13). In a skeleton the code section holds its
/// count and the lengths only.
/// </summary>
internal static class CodeSectionReader
{
    public static void ReadFunctions(ref CodeReader reader, ModuleDraft draft)
    {
        int[] indices = new int[VectorReader.ReadCount(ref reader, ModuleLimits.Functions, "functions")];
        for (int i = 0; i < indices.Length; i++)
        {
            indices[i] = (int)reader.ReadU32();
        }

        draft.FunctionTypeIndices = indices;
    }

    public static void ReadCode(ref CodeReader reader, ModuleDraft draft)
    {
        int count = VectorReader.ReadCount(ref reader, ModuleLimits.Functions, "function bodies");
        if (count != draft.FunctionTypeIndices.Length)
        {
            throw reader.Malformed(
                $"function and code section have inconsistent lengths: {draft.FunctionTypeIndices.Length} functions, {count} bodies");
        }

        var bodies = new FunctionBody[count];
        long absentBytes = 0;
        for (int i = 0; i < bodies.Length; i++)
        {
            uint length = reader.ReadU32();
            if (length > ModuleLimits.FunctionBytes)
            {
                throw reader.Error(
                    ModuleError.LimitExceeded, $"code of {length} bytes in function {i}; the limit is {ModuleLimits.FunctionBytes}");
            }

            bodies[i] = new FunctionBody(draft.FunctionTypeIndices[i], reader.Offset + absentBytes, (int)length);
            if (!draft.HasContents)
            {
                absentBytes += length;
                continue;
            }

            int position = reader.Position;
            reader.Skip((int)length);
            bodies[i].Provide(draft.Payload.Slice(position, (int)length));
        }

        draft.Functions = ImmutableCollectionsMarshal.AsImmutableArray(bodies);
    }
}
