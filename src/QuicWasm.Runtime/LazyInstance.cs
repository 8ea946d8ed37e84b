namespace QuicWasm.Runtime;

/// <summary>An instance whose content may still be at another node: the first touch fetches it.</summary>
public abstract class LazyInstance
{
    private Action? _loader;

    /// <summary>Whether the content is here.</summary>
    public bool IsPresent => _loader is null;

    /// <summary>Declares the content absent; <paramref name="loader"/> must end with the content set, or throw.</summary>
    public void SetLoader(Action loader)
    {
        _loader = loader;
        OnAbsent();
    }

    /// <summary>Declares the content present.</summary>
    public void SetPresent()
    {
        _loader = null;
        OnPresent();
    }

    /// <summary>Makes sure that the content is here. Engines and the runtime call it before the first touch.</summary>
    /// <exception cref="TrapException">The content could not be fetched.</exception>
    public void EnsurePresent()
    {
        if (_loader is { } loader)
        {
            loader();
            _loader = null;
            OnPresent();
        }
    }

    /// <summary>Marks the content as absent where code reads it directly.</summary>
    private protected virtual void OnAbsent()
    {
    }

    /// <summary>Marks the content as present where code reads it directly.</summary>
    private protected virtual void OnPresent()
    {
    }
}
