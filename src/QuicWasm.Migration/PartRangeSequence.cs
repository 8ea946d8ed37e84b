namespace QuicWasm.Migration;

/// <summary>The part ranges of a stretch of a plan. Enumerating allocates nothing.</summary>
public readonly struct PartRangeSequence
{
    private readonly int[] _order;
    private readonly ulong[] _starts;
    private readonly ulong _start;
    private readonly ulong _end;

    internal PartRangeSequence(int[] order, ulong[] starts, ulong start, ulong end)
    {
        _order = order;
        _starts = starts;
        _start = start;
        _end = end;
    }

    /// <summary>Starts at the first range.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Walks over the ranges; none is empty.</summary>
    public struct Enumerator
    {
        private readonly PartRangeSequence _sequence;
        private ulong _position;
        private int _place;

        internal Enumerator(PartRangeSequence sequence)
        {
            _sequence = sequence;
            _position = sequence._start;
            _place = PlaceOf(sequence._starts, _position) - 1;
        }

        /// <summary>The range.</summary>
        public PartRange Current { get; private set; }

        /// <summary>Goes to the next range.</summary>
        public bool MoveNext()
        {
            if (_position >= _sequence._end)
            {
                return false;
            }

            do
            {
                _place++;
            }
            while (_sequence._starts[_place + 1] <= _position);

            ulong end = Math.Min(_sequence._end, _sequence._starts[_place + 1]);
            Current = new PartRange(_sequence._order[_place], _position - _sequence._starts[_place], end - _position);
            _position = end;
            return true;
        }

        // The last place that starts at or before the position: empty parts before it are passed over.
        private static int PlaceOf(ulong[] starts, ulong position)
        {
            int index = Array.BinarySearch(starts, position);
            int place = index >= 0 ? index : ~index - 1;
            return Math.Max(place, 0);
        }
    }
}
