using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>What becomes of a dialled connection when this machine's addresses change (RFC 9000, section 9).</summary>
internal sealed partial class Ngtcp2Endpoint
{
    /// <summary>How often another way is looked for: routes come after addresses, and there is no word of them.</summary>
    private const ulong LookPeriodNs = 100_000_000;

    /// <summary>How long after a change this looks: the kernel tells of an address that goes before it stops taking it for its own.</summary>
    private const ulong DoubtNs = 1_000_000_000;

    private bool _addressesChanged;

    /// <summary>The address is gone, or nothing was heard at the next one yet.</summary>
    private bool _isLost;
    private ulong _doubtUntilNs;
    private ulong _nextLookNs = ulong.MaxValue;

    private IPEndPoint LocalEndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    private void WatchAddresses()
    {
        if (_listener is null)
        {
            NetworkChange.NetworkAddressChanged += AddressChanged;
        }
    }

    private void ForgetAddresses() => NetworkChange.NetworkAddressChanged -= AddressChanged;

    private void AddressChanged(object? sender, EventArgs e)
    {
        Volatile.Write(ref _addressesChanged, true);
        Wake();
    }

    /// <summary>
    /// Looks for another way while the address is gone, or nothing was heard from the peer at the next one: the first that the machine
    /// finds may lead nowhere, as its default route does for the moment in which it has no other. By the endpoint's thread.
    /// </summary>
    private void MoveIfAddressIsGone()
    {
        var now = QuicClock.NowNs;
        if (Volatile.Read(ref _addressesChanged))
        {
            Volatile.Write(ref _addressesChanged, false);
            _doubtUntilNs = now + DoubtNs;
            _nextLookNs = now;
        }

        if (now < _nextLookNs || _known.Length == 0)
        {
            return;
        }

        _isLost |= !IsHere(LocalEndPoint);
        if (_isLost)
        {
            Search();
        }

        _nextLookNs = _isLost || now < _doubtUntilNs ? now + LookPeriodNs : ulong.MaxValue;
    }

    /// <summary>The peer was heard: if at an address that is here, that is the way.</summary>
    private void EndSearch() => _isLost = _isLost && !IsHere(LocalEndPoint);

    private void Search()
    {
        var next = new Socket(_socket.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            next.Connect(_socket.RemoteEndPoint!);
            if (!((IPEndPoint)next.LocalEndPoint!).Address.Equals(LocalEndPoint.Address))
            {
                MoveTo(next);
                return;
            }
        }
        catch (SocketException)
        {
            // There is no way to the peer now; the idle timeout ends the search.
        }

        next.Dispose();
    }

    private static bool IsHere(IPEndPoint local)
    {
        try
        {
            using var probe = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Bind(new IPEndPoint(local.Address, 0));
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return false;
        }
    }

    private void MoveTo(Socket next)
    {
        var (socketBefore, datagramsBefore) = (_socket, Datagrams);
        _socket = next;
        Datagrams = new DatagramSocket(next.SafeHandle, isConnected: true, SocketBufferBytes);
        Local = Serialize(next.LocalEndPoint!);
        _known[0].MoveTo(Datagrams, Local);
        datagramsBefore.Dispose();
        socketBefore.Dispose();
    }
}
