namespace QuicWasm.Migration.Tests;

/// <summary>Images that are read for children, and whose program nobody takes meanwhile.</summary>
public sealed class ShareTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private readonly ManualTime _time = new();
    private readonly ImageOwnership _ownership;
    private readonly Guid _a = Guid.NewGuid();
    private readonly Guid _b = Guid.NewGuid();
    private readonly object _connectionA = new();
    private readonly object _connectionB = new();

    public ShareTests() => _ownership = new ImageOwnership(Guid.NewGuid(), Lease, _time);

    [Fact]
    public void Many_can_read_and_none_can_take()
    {
        ulong epoch = _ownership.Share(_a, _connectionA);
        _ownership.Share(_b, _connectionB);
        _ownership.CheckHolder(_connectionA);
        _ownership.CheckHolder(_connectionB);
        Assert.Equal(ImageState.Shared, _ownership.Current.State);
        Assert.Equal(MigrationError.ImageShared, Assert.Throws<MigrationException>(() => _ownership.Claim(Guid.NewGuid(), new object(), "C")).Error);

        // What every taker says after its claim is true of a share, too, and changes nothing.
        _ownership.Commit(_a, epoch);
        Assert.Equal(ImageState.Shared, _ownership.Current.State);
    }

    [Fact]
    public void When_the_last_share_has_ended_the_image_can_be_taken()
    {
        _ownership.Share(_a, _connectionA);
        _ownership.Share(_b, _connectionB);
        Assert.True(_ownership.EndShare(_a));
        Assert.False(_ownership.EndShare(_a));
        Assert.True(_ownership.IsShared);
        Assert.Equal(MigrationError.ClaimLost, Assert.Throws<MigrationException>(() => _ownership.CheckHolder(_connectionA)).Error);
        Assert.True(_ownership.EndShare(_b));
        Assert.Equal(1UL, _ownership.Claim(_a, _connectionA, "A"));
    }

    [Fact]
    public void What_is_taken_is_not_shared()
    {
        ulong epoch = _ownership.Claim(_a, _connectionA, "A");
        Assert.Equal(MigrationError.ImageClaimed, Assert.Throws<MigrationException>(() => _ownership.Share(_b, _connectionB)).Error);
        _ownership.Commit(_a, epoch);
        Assert.Equal(MigrationError.ImageCommitted, Assert.Throws<MigrationException>(() => _ownership.Share(_b, _connectionB)).Error);
    }

    [Fact]
    public void A_share_outlives_its_connection_by_the_lease_and_stands_as_long_as_one_of_them()
    {
        _ownership.Share(_a, _connectionA);
        _time.Pass(Lease * 3);
        Assert.True(_ownership.IsShared);
        _ownership.HolderLost(_connectionA);
        _time.Pass(Lease * 0.5);
        _ownership.Share(_a, _connectionB);
        _time.Pass(Lease * 3);
        _ownership.CheckHolder(_connectionB);
        _ownership.HolderLost(_connectionB);
        Assert.True(_ownership.IsShared);
        _time.Pass(Lease * 1.1);
        Assert.False(_ownership.IsShared);
        Assert.Equal(ImageState.Available, _ownership.Current.State);
    }
}
