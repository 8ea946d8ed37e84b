namespace QuicWasm.Runtime;

/// <summary>
/// Steps taken in a fixed order. When one fails, those already taken are undone in reverse order and the error goes on; when all
/// succeed, <see cref="Complete"/> keeps them, and hands over the undo steps for the end of the thing's life.
/// </summary>
internal sealed class InitializationSequence(Action<string>? onStep = null)
{
    private readonly Stack<(string Name, Action Undo)> _undo = new();

    /// <summary>Takes a step; <paramref name="undo"/> is remembered once it has succeeded.</summary>
    public T Step<T>(string name, Func<T> action, Action<T>? undo = null)
    {
        try
        {
            onStep?.Invoke(name);
            T result = action();
            _undo.Push((name, () => undo?.Invoke(result)));
            return result;
        }
        catch
        {
            UndoAll();
            throw;
        }
    }

    /// <summary>Takes a step without a result.</summary>
    public void Step(string name, Action action, Action? undo = null) =>
        Step(name, () => { action(); return 0; }, _ => undo?.Invoke());

    /// <summary>Keeps what was done. The steps to undo it later, last first.</summary>
    public IReadOnlyList<Action> Complete()
    {
        var steps = _undo.Select(s => s.Undo).ToList();
        _undo.Clear();
        return steps;
    }

    private void UndoAll()
    {
        while (_undo.TryPop(out (string Name, Action Undo) step))
        {
            step.Undo();
        }
    }
}
