namespace QuicWasm.Runtime;

/// <summary>
/// Steps taken in a fixed order. When one fails, those already taken are undone in reverse order and the error goes on; when all
/// succeed, they are kept: until <see cref="UndoAll"/> ends the thing's life, or for good from <see cref="Complete"/> on.
/// </summary>
internal sealed class InitializationSequence(Action<string>? onStep = null)
{
    private readonly Stack<Action> _undo = new();

    /// <summary>Takes a step; <paramref name="undo"/> is remembered once it has succeeded.</summary>
    public T Step<T>(string name, Func<T> action, Action<T>? undo = null)
    {
        try
        {
            onStep?.Invoke(name);
            T result = action();
            _undo.Push(() => undo?.Invoke(result));
            return result;
        }
        catch (Exception error)
        {
            UndoAfter(error);
            throw;
        }
    }

    /// <summary>Takes a step without a result.</summary>
    public void Step(string name, Action action, Action? undo = null) =>
        Step(name, () => { action(); return 0; }, _ => undo?.Invoke());

    /// <summary>Keeps for good what was done.</summary>
    public void Complete() => _undo.Clear();

    /// <summary>Undoes every step, last first; the second time there is nothing left. An undo that fails does not keep the others from being undone.</summary>
    public void UndoAll()
    {
        if (_undo.TryPop(out Action? undo))
        {
            try
            {
                undo();
            }
            finally
            {
                UndoAll();
            }
        }
    }

    // The step's own error says more than that of an undo, so that one goes with it as data.
    private void UndoAfter(Exception error)
    {
        try
        {
            UndoAll();
        }
        catch (Exception undoError)
        {
            error.Data["undo"] = undoError;
        }
    }
}
