namespace QuicWasm.Migration;

/// <summary>
/// Sees touches that follow each other at one distance, forwards or backwards, and says which granules come next. The window begins small,
/// doubles with each touch that it foresaw, and closes with the first that it did not. Not for several threads at once.
/// </summary>
internal sealed class ReadAhead
{
    private const int Narrowest = 4;
    private const int Widest = 64;
    private const int Furthest = 64;

    private int _last = int.MinValue / 2;
    private int _distance;
    private int _step;
    private int _window;
    private int _next;

    /// <summary>A granule is touched that was not here.</summary>
    /// <returns>Where to go on, in which steps, and how many granules; none where nothing is foreseen.</returns>
    public (int First, int Step, int Count) Touched(int granule)
    {
        int distance = granule - _last;
        if (_window > 0 && IsForeseen(granule))
        {
            _window = Math.Min(2 * _window, Widest);
            _next = _next == granule ? granule + _step : _next;
        }
        else if (Math.Abs(distance) <= Furthest && (distance == 1 || (distance != 0 && distance == _distance)))
        {
            _step = distance;
            _window = Narrowest;
            _next = granule + distance;
        }
        else
        {
            _window = 0;
        }

        _distance = distance;
        _last = granule;
        int first = _next;
        _next += _step * _window;
        return (first, _step, _window);
    }

    private bool IsForeseen(int granule)
    {
        int steps = (_next - granule) / _step;
        return steps * _step == _next - granule && steps >= 0 && steps <= _window;
    }
}
