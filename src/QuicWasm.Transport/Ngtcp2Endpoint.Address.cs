using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>What becomes of a dialled connection when this machine's addresses change (RFC 9000, section 9).</summary>
internal sealed partial class Ngtcp2Endpoint
{
    private bool _addressesChanged;

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

    /// <summary>By the endpoint's thread.</summary>
    private void MoveIfAddressIsGone()
    {
        if (!Volatile.Read(ref _addressesChanged))
        {
            return;
        }

        Volatile.Write(ref _addressesChanged, false);
        if (_known.Length == 0 || IsHere((IPEndPoint)_socket.LocalEndPoint!))
        {
            return;
        }

        var next = new Socket(_socket.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            next.Connect(_socket.RemoteEndPoint!);
            MoveTo(next);
        }
        catch (SocketException)
        {
            // There is no way to the peer now: the next change of addresses may bring one, and the idle timeout ends the wait.
            next.Dispose();
        }
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
