namespace QuicWasm.Migration.Tests;

/// <summary>One owner at a time, whatever comes late, twice, or not at all.</summary>
public sealed class OwnershipTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private readonly ManualTime _time = new();
    private readonly ImageOwnership _ownership;
    private readonly Guid _a = Guid.NewGuid();
    private readonly Guid _b = Guid.NewGuid();
    private readonly object _connectionA = new();
    private readonly object _connectionB = new();

    public OwnershipTests() => _ownership = new ImageOwnership(Guid.NewGuid(), Lease, _time);

    [Fact]
    public void The_second_claimant_is_refused_and_told_who_has_it()
    {
        Assert.Equal(1UL, _ownership.Claim(_a, _connectionA, "node A"));
        MigrationException error = Fails(MigrationError.ImageClaimed, () => _ownership.Claim(_b, _connectionB, "node B"));
        Assert.Contains("node A", error.Message, StringComparison.Ordinal);
        Fails(MigrationError.ClaimLost, () => _ownership.CheckHolder(_connectionB));
        _ownership.CheckHolder(_connectionA);
    }

    [Fact]
    public void A_claim_that_is_resent_gets_the_same_epoch()
    {
        ulong epoch = _ownership.Claim(_a, _connectionA, "A");
        Assert.Equal(epoch, _ownership.Claim(_a, _connectionB, "A"));
        _ownership.CheckHolder(_connectionB);
        Assert.False(_ownership.HolderLost(_connectionA));
        _ownership.CheckHolder(_connectionB);
        Assert.Equal(ImageState.Claimed, _ownership.Current.State);
    }

    [Fact]
    public void A_lost_connection_releases_its_claim()
    {
        ulong epoch = _ownership.Claim(_a, _connectionA, "A");
        _ownership.HolderLost(_connectionA);
        Assert.Equal((ImageState.Available, epoch), _ownership.Current);
        Fails(MigrationError.ClaimLost, () => _ownership.Commit(_a, epoch));
        Assert.Equal(epoch + 1, _ownership.Claim(_b, _connectionB, "B"));
    }

    [Fact]
    public void A_claim_ends_when_nothing_moves_for_its_lease()
    {
        ulong epoch = _ownership.Claim(_a, _connectionA, "A");
        for (int i = 0; i < 5; i++)
        {
            _time.Pass(Lease * 0.9);
            _ownership.CheckHolder(_connectionA);
        }

        _time.Pass(Lease * 1.1);
        Assert.Equal(ImageState.Available, _ownership.Current.State);
        Fails(MigrationError.ClaimLost, () => _ownership.CheckHolder(_connectionA));
        Fails(MigrationError.ClaimLost, () => _ownership.Commit(_a, epoch));
    }

    [Fact]
    public void A_commit_can_be_resent_and_nobody_else_can_claim()
    {
        ulong epoch = _ownership.Claim(_a, _connectionA, "A");
        _ownership.Commit(_a, epoch);
        _ownership.Commit(_a, epoch);
        _ownership.HolderLost(_connectionA);
        _time.Pass(Lease * 2);
        _ownership.Commit(_a, epoch);
        Fails(MigrationError.ImageCommitted, () => _ownership.Claim(_b, _connectionB, "B"));
        Fails(MigrationError.ImageCommitted, () => _ownership.Commit(_b, epoch));
        Fails(MigrationError.ImageCommitted, () => _ownership.Commit(_a, epoch + 1));
        Fails(MigrationError.ImageCommitted, () => _ownership.Release(_a, epoch));
        Assert.Equal(epoch, _ownership.Claim(_a, _connectionB, "A again"));
        _ownership.CheckHolder(_connectionB);
    }

    [Fact]
    public void A_late_commit_of_an_earlier_epoch_is_fenced_off()
    {
        ulong first = _ownership.Claim(_a, _connectionA, "A");
        _time.Pass(Lease * 2);
        ulong second = _ownership.Claim(_b, _connectionB, "B");
        Assert.True(second > first);
        Fails(MigrationError.ClaimLost, () => _ownership.Commit(_a, first));
        Fails(MigrationError.ClaimLost, () => _ownership.Commit(_a, second));
        Fails(MigrationError.ClaimLost, () => _ownership.Release(_a, first));
        _ownership.Commit(_b, second);
        Fails(MigrationError.ImageCommitted, () => _ownership.Commit(_a, first));
    }

    [Fact]
    public void A_released_claim_makes_room()
    {
        ulong epoch = _ownership.Claim(_a, _connectionA, "A");
        _ownership.Release(_a, epoch);
        Fails(MigrationError.ClaimLost, () => _ownership.Release(_a, epoch));
        Assert.Equal(2UL, _ownership.Claim(_b, _connectionB, "B"));
    }

    [Fact]
    public void Only_an_owner_may_say_that_it_is_done()
    {
        ulong epoch = _ownership.Claim(_a, _connectionA, "A");
        Fails(MigrationError.ProtocolViolation, () => _ownership.CheckOwner(_a, epoch));
        _ownership.Commit(_a, epoch);
        Fails(MigrationError.ImageCommitted, () => _ownership.CheckOwner(_b, epoch));
        _ownership.CheckOwner(_a, epoch);
    }

    [Fact]
    public void A_reclaimed_image_fences_its_old_owner_off()
    {
        ulong epoch = _ownership.Claim(_a, _connectionA, "A");
        _ownership.Commit(_a, epoch);
        _ownership.Reclaim();
        Fails(MigrationError.ClaimLost, () => _ownership.Commit(_a, epoch));
        Assert.Equal(epoch + 1, _ownership.Claim(_b, _connectionB, "B"));
    }

    [Fact]
    public async Task Of_many_claimants_one_wins()
    {
        for (int round = 0; round < 50; round++)
        {
            ImageOwnership ownership = new(Guid.NewGuid(), Lease, _time);
            int committed = 0;
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            {
                Guid claimant = Guid.NewGuid();
                try
                {
                    ownership.Commit(claimant, ownership.Claim(claimant, claimant, "one of many"));
                    Interlocked.Increment(ref committed);
                }
                catch (MigrationException e)
                {
                    Assert.True(e.Error is MigrationError.ImageClaimed or MigrationError.ImageCommitted);
                }
            })));
            Assert.Equal(1, committed);
        }
    }

    private static MigrationException Fails(MigrationError error, Action action)
    {
        MigrationException thrown = Assert.Throws<MigrationException>(action);
        Assert.Equal(error, thrown.Error);
        return thrown;
    }
}
