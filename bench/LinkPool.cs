namespace QuicWasm.Bench;

/// <summary>The links of a run or a sweep: one emulator, set anew for each point.</summary>
internal sealed class LinkPool(int seed) : IAsyncDisposable
{
    private EmulatedLink? _link;
    private LinkSettings? _settings;
    private int _uses;

    /// <summary>Which kind of link a point gets.</summary>
    /// <exception cref="HarnessException">It cannot be had here.</exception>
    public static string Resolve(string kind, LinkSettings settings, string? unavailable)
    {
        string resolved = kind != LinkKinds.Auto ? kind
            : unavailable is null || !settings.IsClean ? LinkKinds.Emulated
            : LinkKinds.Loopback;
        return resolved == LinkKinds.Emulated && unavailable is not null ? throw new HarnessException(unavailable)
            : resolved == LinkKinds.Loopback && !settings.IsClean ? throw new HarnessException($"loopback has no {settings}: ask for an emulated link")
            : resolved;
    }

    /// <summary>The two places of a point, with the link between them as it asks.</summary>
    /// <exception cref="HarnessException">It cannot be had here.</exception>
    public async Task<Route> RouteAsync(string kind, LinkSettings settings, CancellationToken cancellationToken)
    {
        if (Resolve(kind, settings, LinkNamespaces.Unavailable()) == LinkKinds.Loopback)
        {
            return Route.Loopback;
        }

        _link ??= await EmulatedLink.StartAsync(cancellationToken);
        if (settings != _settings || !settings.IsClean)
        {
            // Chance begins anew with every use, but not always the same.
            await _link.SetAsync(settings, seed + (2 * _uses++), cancellationToken);
            _settings = settings;
        }

        return new Route(_link.Source, _link.Destination, _link);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_link is not null)
        {
            await _link.DisposeAsync();
        }
    }
}
