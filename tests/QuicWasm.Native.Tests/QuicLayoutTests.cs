namespace QuicWasm.Native.Tests;

/// <summary>The library's own default functions put known values where the layout says that fields are.</summary>
public sealed unsafe class QuicLayoutTests
{
    private const ulong Millisecond = 1_000_000;

    public QuicLayoutTests() => Assert.SkipUnless(QuicLibraries.AreSupported, "libngtcp2 is not on this machine");

    private static QuicLayout Layout => QuicLibraries.Required.Layout;

    [Fact]
    public void Settings_have_the_librarys_defaults_in_their_places()
    {
        var settings = stackalloc byte[QuicLayout.BlockBytes];
        new Span<byte>(settings, QuicLayout.BlockBytes).Fill(0xee);
        Ngtcp2Calls.SettingsDefault(Ngtcp2Calls.StructureVersion, settings);
        Assert.Equal(1, *(int*)(settings + Layout.SettingsCongestion));
        Assert.Equal(333 * Millisecond, *(ulong*)(settings + Layout.SettingsInitialTime + 8));
        Assert.Equal(1452UL, *(ulong*)(settings + Layout.SettingsMaxPayload));
        Assert.Equal(0UL, *(ulong*)(settings + Layout.SettingsToken));
        Assert.Equal(0UL, *(ulong*)(settings + Layout.SettingsTokenLength));
        Assert.Equal(0UL, *(ulong*)(settings + Layout.SettingsMaxStreamWindow));
        Assert.Equal(2UL, *(ulong*)(settings + Layout.SettingsAckThreshold));
        Assert.Equal(0, settings[Layout.SettingsNoShaping]);
        Assert.InRange(*(ulong*)(settings + Layout.SettingsHandshakeTimeout), 1000 * Millisecond, ulong.MaxValue);
    }

    [Fact]
    public void Transport_parameters_have_the_librarys_defaults_in_their_places()
    {
        var parameters = stackalloc byte[QuicLayout.BlockBytes];
        new Span<byte>(parameters, QuicLayout.BlockBytes).Fill(0xee);
        Ngtcp2Calls.TransportParamsDefault(Ngtcp2Calls.StructureVersion, parameters);
        foreach (var place in new[]
        {
            QuicLayout.ParametersOriginalDcid, QuicLayout.ParametersRetryScid, QuicLayout.ParametersStreamDataLocal, QuicLayout.ParametersStreamDataRemote,
            QuicLayout.ParametersStreamDataOneWay, QuicLayout.ParametersData, QuicLayout.ParametersStreams, QuicLayout.ParametersOneWayStreams,
            QuicLayout.ParametersIdleTimeout,
        })
        {
            Assert.Equal(0UL, *(ulong*)(parameters + place));
        }

        Assert.Equal(65_527UL, *(ulong*)(parameters + QuicLayout.ParametersIdleTimeout + 8));
        Assert.Equal(25 * Millisecond, *(ulong*)(parameters + QuicLayout.ParametersMaxAckDelay));
        Assert.Equal(0, parameters[QuicLayout.ParametersResetTokenPresent]);
        Assert.Equal(0, parameters[Layout.ParametersRetryScidPresent]);
        Assert.Equal(0, parameters[Layout.ParametersResetToken]);
    }

    /// <summary>What sizeof and offsetof say of the headers of 0.12.1 and of 1.23, compiled for x86-64.</summary>
    [Fact]
    public void Both_layouts_are_those_of_the_headers()
    {
        Assert.Equal((40, 48, 72, 80), Places(QuicLayout.Version0));
        Assert.Equal((8, 16, 40, 48), Places(QuicLayout.Version1));
        Assert.Equal((290, 292), (QuicLayout.Version0.ParametersRetryScidPresent, QuicLayout.Version0.ParametersResetToken));
        Assert.Equal((292, 294), (QuicLayout.Version1.ParametersRetryScidPresent, QuicLayout.Version1.ParametersResetToken));
        Assert.Equal(32, sizeof(QuicCid));
        Assert.Equal(QuicLayout.VectorBytes, sizeof(QuicVector));
        Assert.Equal(16, sizeof(GnuTlsDatum));
        Assert.Equal(56, sizeof(DatagramMessage));
    }

    private static (int Congestion, int Time, int Payload, int Token) Places(QuicLayout layout) =>
        (layout.SettingsCongestion, layout.SettingsInitialTime, layout.SettingsMaxPayload, layout.SettingsToken);
}
