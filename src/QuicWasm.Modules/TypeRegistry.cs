namespace QuicWasm.Modules;

/// <summary>
/// Function types under numbers, so that equal types have one number, whichever module they are of (spec: valid/conventions, rolling
/// and unrolling: each type is a recursive group of its own). References in the registered types have numbers as type indices.
/// </summary>
public sealed class TypeRegistry
{
    // In the keys, a type's references to itself have this index.
    private const int Itself = ValueTypeFacts.TypeIndexLimit - 1;

    private readonly Dictionary<FunctionType, int> _numbers = [];
    private readonly List<FunctionType> _types = [];

    /// <summary>The types, by number.</summary>
    public IReadOnlyList<FunctionType> Types => _types;

    /// <summary>Registers types of one module; gives the number of each.</summary>
    /// <param name="types">The types, each of which mentions only itself and those before it.</param>
    public int[] Add(IReadOnlyList<FunctionType> types)
    {
        var numbers = new int[types.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            int own = i;
            FunctionType key = types[i].WithTypes(t => t.WithTypeIndex(t.TypeIndex() == own ? Itself : numbers[t.TypeIndex()]));
            if (!_numbers.TryGetValue(key, out numbers[i]))
            {
                int number = _types.Count;
                _numbers.Add(key, number);
                _types.Add(key.WithTypes(t => t.TypeIndex() == Itself ? t.WithTypeIndex(number) : t));
                numbers[i] = number;
            }
        }

        return numbers;
    }
}
