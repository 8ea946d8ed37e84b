namespace QuicWasm.Migration;

/// <summary>
/// Who reads an image without owning its program: for children of a fork, which are programs of their own. Any number may. A share stands as
/// long as one of its connections does, and then for the lease, so that it can be claimed again. Not for several threads at once.
/// </summary>
internal sealed class ImageShares(TimeSpan lease, TimeProvider time)
{
    private readonly Dictionary<Guid, Share> _shares = [];

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            foreach ((Guid claimant, Share share) in _shares)
            {
                if (share.Holders.Count == 0 && time.GetElapsedTime(share.LostAt) > lease)
                {
                    _shares.Remove(claimant);
                }
            }

            return _shares.Count;
        }
    }

    /// <summary>Somebody reads the image over a connection, or over one more.</summary>
    public void Add(Guid claimant, object holder)
    {
        if (!_shares.TryGetValue(claimant, out Share? share))
        {
            _shares.Add(claimant, share = new Share());
        }

        share.Holders.Add(holder);
    }

    /// <summary>Whether somebody reads the image.</summary>
    public bool Has(Guid claimant) => _shares.ContainsKey(claimant);

    /// <summary>Whether somebody reads it over this connection.</summary>
    public bool IsHolder(object holder)
    {
        foreach (Share share in _shares.Values)
        {
            if (share.Holders.Contains(holder))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Somebody needs the image no more.</summary>
    /// <returns>Whether there was such a share.</returns>
    public bool End(Guid claimant) => _shares.Remove(claimant);

    /// <summary>A connection is gone.</summary>
    public void Lose(object holder)
    {
        foreach (Share share in _shares.Values)
        {
            if (share.Holders.Remove(holder))
            {
                share.LostAt = time.GetTimestamp();
            }
        }
    }

    private sealed class Share
    {
        public HashSet<object> Holders { get; } = [];

        public long LostAt { get; set; }
    }
}
