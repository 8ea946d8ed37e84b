namespace QuicWasm.Migration;

/// <summary>
/// Who may run an image's program: the one place where that is decided. A claim stands under an epoch, until it is released, its
/// connection is lost, or nothing has moved for the lease. A commit passes the ownership in one step, and can be repeated by the same
/// claimant. Every claim has a greater epoch than those before, so a late word of an earlier claimant is recognised.
/// </summary>
internal sealed class ImageOwnership(Guid image, TimeSpan lease, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly ImageShares _shares = new(lease, time);
    private ImageState _state;
    private ulong _epoch;
    private Guid _claimant;
    private readonly HashSet<object> _holders = [];
    private string _holderName = "";
    private long _lastMove;

    /// <summary>How things stand.</summary>
    public (ImageState State, ulong Epoch) Current
    {
        get
        {
            lock (_lock)
            {
                ReleaseExpired();
                return (IsSharedNow ? ImageState.Shared : _state, _epoch);
            }
        }
    }

    /// <summary>Claims the image. Where the same claimant already has it (a pager's connection, or its answer was lost), the claim is this connection's, too.</summary>
    /// <returns>The epoch.</returns>
    /// <exception cref="MigrationException">Another one has it, or it is shared.</exception>
    public ulong Claim(Guid claimant, object holder, string holderName)
    {
        lock (_lock)
        {
            ReleaseExpired();
            if (_state != ImageState.Available && claimant != _claimant)
            {
                throw Taken();
            }

            if (IsSharedNow)
            {
                throw new MigrationException(
                    MigrationError.ImageShared, $"image {image} is shared by {_shares.Count} nodes, for children of its program; it can be taken when they need it no more");
            }

            if (_state == ImageState.Available)
            {
                _epoch++;
                _state = ImageState.Claimed;
                _claimant = claimant;
            }

            _holders.Add(holder);
            _holderName = holderName;
            _lastMove = time.GetTimestamp();
            return _epoch;
        }
    }

    /// <summary>Lets a claimant read the image for children of its program, beside others, over one connection or several. It can be asked for again.</summary>
    /// <returns>The epoch.</returns>
    /// <exception cref="MigrationException">Somebody has the image.</exception>
    public ulong Share(Guid claimant, object holder)
    {
        lock (_lock)
        {
            ReleaseExpired();
            if (_state != ImageState.Available)
            {
                throw Taken();
            }

            _shares.Add(claimant, holder);
            return _epoch;
        }
    }

    /// <summary>Whether somebody shares the image.</summary>
    public bool IsShared
    {
        get
        {
            lock (_lock)
            {
                return IsSharedNow;
            }
        }
    }

    /// <summary>A claimant needs its share no more.</summary>
    /// <returns>Whether it had one.</returns>
    public bool EndShare(Guid claimant)
    {
        lock (_lock)
        {
            return _shares.End(claimant);
        }
    }

    /// <summary>Passes the ownership. A share has nothing to pass, and stands. Asked again by the same claimant, it gives the same answer.</summary>
    /// <exception cref="MigrationException">The claim is over (ClaimLost), or another one owns the program (ImageCommitted).</exception>
    public void Commit(Guid claimant, ulong epoch)
    {
        lock (_lock)
        {
            if (_shares.Has(claimant))
            {
                return;
            }

            Check(claimant, epoch);
            _state = ImageState.Committed;
        }
    }

    /// <summary>Gives the claim back.</summary>
    /// <exception cref="MigrationException">The claim is over, or the ownership has passed.</exception>
    public void Release(Guid claimant, ulong epoch)
    {
        lock (_lock)
        {
            Check(claimant, epoch);
            if (_state == ImageState.Committed)
            {
                throw new MigrationException(
                    MigrationError.ImageCommitted, $"image {image} is owned by {_holderName}, which committed; it cannot be given back");
            }

            Free();
        }
    }

    /// <summary>Checks that the claimant owns the program, and so may say that the image is not needed any more.</summary>
    /// <exception cref="MigrationException">It does not.</exception>
    public void CheckOwner(Guid claimant, ulong epoch)
    {
        lock (_lock)
        {
            if (_shares.Has(claimant))
            {
                return;
            }

            Check(claimant, epoch);
            if (_state != ImageState.Committed)
            {
                throw new MigrationException(MigrationError.ProtocolViolation, $"image {image} is claimed and not committed; commit, or release it");
            }
        }
    }

    /// <summary>Checks that the holder's claim stands, and prolongs it: something moves.</summary>
    /// <exception cref="MigrationException">It does not (ClaimLost).</exception>
    public void CheckHolder(object holder)
    {
        lock (_lock)
        {
            if (_shares.IsHolder(holder))
            {
                return;
            }

            ReleaseExpired();
            if (_state == ImageState.Available || !_holders.Contains(holder))
            {
                throw new MigrationException(MigrationError.ClaimLost, $"image {image} is not claimed over this connection; claim it first");
            }

            _lastMove = time.GetTimestamp();
        }
    }

    /// <summary>A connection is gone: with its last connection a claim is over, unless the ownership has passed.</summary>
    /// <returns>Whether there was a claim that is over now.</returns>
    public bool HolderLost(object holder)
    {
        lock (_lock)
        {
            _shares.Lose(holder);
            bool isClaim = _holders.Remove(holder) && _holders.Count == 0 && _state == ImageState.Claimed;
            if (isClaim)
            {
                Free();
            }

            return isClaim;
        }
    }

    /// <summary>Makes the image available again although it was committed. The caller vouches that the owner does not run it.</summary>
    public void Reclaim()
    {
        lock (_lock)
        {
            Free();
        }
    }

    // Under the lock.
    private bool IsSharedNow => _shares.Count > 0;

    private void Check(Guid claimant, ulong epoch)
    {
        ReleaseExpired();
        if (_state == ImageState.Committed && (claimant != _claimant || epoch != _epoch))
        {
            throw Taken();
        }

        if (_state == ImageState.Available || claimant != _claimant || epoch != _epoch)
        {
            throw new MigrationException(
                MigrationError.ClaimLost, $"the claim of epoch {epoch} on image {image} is over; do not run the program, claim the image anew");
        }

        _lastMove = time.GetTimestamp();
    }

    private void ReleaseExpired()
    {
        if (_state == ImageState.Claimed && time.GetElapsedTime(_lastMove) > lease)
        {
            Free();
        }
    }

    private void Free()
    {
        _state = ImageState.Available;
        _claimant = Guid.Empty;
        _holders.Clear();
    }

    private MigrationException Taken() => _state == ImageState.Committed
        ? new MigrationException(MigrationError.ImageCommitted, $"the program of image {image} is owned by {_holderName} since epoch {_epoch}")
        : new MigrationException(
            MigrationError.ImageClaimed, $"image {image} is claimed by {_holderName} (epoch {_epoch}); try again when it has let go");
}
