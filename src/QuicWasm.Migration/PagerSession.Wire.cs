using System.Diagnostics;
using QuicWasm.Native;

namespace QuicWasm.Migration;

/// <content>What goes over the wire, and what becomes of what comes back.</content>
internal sealed partial class PagerSession
{
    private string? _lastError;

    // Sends on the caller's thread as far as the network takes it at once: a fault does not wait for another thread to be woken.
    private void Pump()
    {
        PagerLink? link;
        lock (_lock)
        {
            link = _link;
            if (link is null && !_isConnecting && _loss is null)
            {
                _isConnecting = true;
                _ = ReconnectAsync();
            }
        }

        if (link is not null)
        {
            Pump(link, link.Touched);
            Pump(link, link.Ahead);
        }
    }

    private void Pump(PagerLink link, PagerLane lane)
    {
        GranuleRun run;
        lock (_lock)
        {
            if (lane.IsPumping || !TryNext(link, lane, out run))
            {
                return;
            }

            lane.IsPumping = true;
        }

        _ = PumpAsync(link, lane, run);
    }

    private async Task PumpAsync(PagerLink link, PagerLane lane, GranuleRun run)
    {
        try
        {
            for (bool goesOn = true; goesOn;)
            {
                await lane.RequestAsync(run, _ending.Token);
                lock (_lock)
                {
                    _clock.Sent(run);
                    lane.IsPumping = goesOn = TryNext(link, lane, out run);
                }
            }
        }
        catch (Exception e) when (e is MigrationException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever receives from the link sees its end, and what was asked over it is asked again.
            await link.DisposeAsync();
        }
    }

    // Under the lock.
    private bool TryNext(PagerLink link, PagerLane lane, out GranuleRun run)
    {
        run = default;
        if (_loss is not null || !ReferenceEquals(link, _link))
        {
            return false;
        }

        if (lane.IsAhead ? !_queue.TryNextAhead(_window.Bytes, out run, out ulong bytes) : !_queue.TryNextDemanded(out run, out bytes))
        {
            return false;
        }

        if (lane.IsAhead)
        {
            _window.Sent(bytes);
        }

        lane.Expect(run);
        return true;
    }

    private void Receive(PagerLink link)
    {
        _ = ReceiveAsync(link, link.Touched);
        _ = ReceiveAsync(link, link.Ahead);
    }

    private async Task ReceiveAsync(PagerLink link, PagerLane lane)
    {
        try
        {
            await lane.ReceiveAsync(OnPiece, OnArrived, _ending.Token);
        }
        catch (NativeException e)
        {
            Lose(new MigrationException(MigrationError.RestoreFailed, $"there is no room for what {link.Peer} sends: {e.Message}", e));
        }
        catch (MigrationException e)
        {
            OnLinkLost(link, e);
        }
        catch (ObjectDisposedException e)
        {
            OnLinkLost(link, new MigrationException(MigrationError.ConnectionLost, $"the connection to {link.Peer} is gone", e));
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
        finally
        {
            await link.DisposeAsync();
        }
    }

    // What was damaged on its way is asked for once more. What is damaged again, or refused, does not get better.
    private void OnLinkLost(PagerLink link, MigrationException error)
    {
        lock (_lock)
        {
            // The other lane was first, and it is a consequence of that.
            if (!ReferenceEquals(link, _link))
            {
                return;
            }

            _link = null;
            _lastError = error.Message;
            _earlierWire = (_earlierWire.Sent + link.Wire.BytesSent, _earlierWire.Received + link.Wire.BytesReceived);
            _queue.AskAgain(link.Touched.UnderWay(), link.Ahead.UnderWay());
            _window.Reset();
        }

        bool isDamaged = error.Error == MigrationError.ProtocolViolation;
        if (error.Error is MigrationError.ImageCommitted or MigrationError.ImageUnreadable || (isDamaged && ++_badFrames > 1))
        {
            Lose(error);
            return;
        }

        Pump();
    }

    private async Task ReconnectAsync()
    {
        while (true)
        {
            try
            {
                PagerLink link = await PagerLink.ConnectAsync(_host, _attachment, _isOwner, _counters, _ending.Token);
                if (link.Plan.GranuleCount != _plan.GranuleCount || link.Plan.LengthBytes != _plan.LengthBytes)
                {
                    await link.DisposeAsync();
                    throw new MigrationException(MigrationError.ImageUnreadable, $"{link.Peer} has another image under this id than it had before");
                }

                lock (_lock)
                {
                    _link = link;
                    _isConnecting = false;
                }

                Receive(link);
                Pump();
                return;
            }
            catch (MigrationException e) when (e.Error is not (MigrationError.ImageCommitted or MigrationError.ImageUnreadable or MigrationError.UnsupportedVersion))
            {
                _lastError = e.Message;
            }
            catch (MigrationException e)
            {
                Lose(e);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            // The deadline, which others look after, ends this.
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private void OnPiece(PagerLane lane, int granule, ulong offset, GranulePiece piece)
    {
        ReadOnlySpan<byte> body = piece.Body.Span;
        bool isLong = _plan.LengthOf(granule) > LongGranuleBytes;
        foreach (PartRange range in _plan.RangesOf(granule, offset, piece.LengthBytes))
        {
            Take(lane, range, piece.ZeroBytes > 0, body, isLong);
            body = piece.ZeroBytes > 0 ? default : body[(int)range.LengthBytes..];
        }
    }

    private void Take(PagerLane lane, PartRange range, bool isZero, ReadOnlySpan<byte> body, bool isLong)
    {
        if (_memories.TryGetValue(range.Part, out PagedMemory? memory))
        {
            if (!lane.Pages.TryGetValue(range.Part, out PageAssembly? assembly))
            {
                lane.Pages.Add(range.Part, assembly = new PageAssembly());
            }

            if (isZero)
            {
                memory.WriteZeros(assembly, range.Offset, range.LengthBytes, mayStayAway: isLong);
            }
            else
            {
                memory.Write(assembly, range.Offset, body[..(int)range.LengthBytes]);
            }

            return;
        }

        if (isZero)
        {
            throw new MigrationException(MigrationError.ProtocolViolation, $"{_attachment.Endpoint} sent zeros for part {range.Part}, which is no memory");
        }

        lane.Pieces.Add(new PartPiece(range.Part, range.Offset, body[..(int)range.LengthBytes].ToArray()));
    }

    private void OnArrived(PagerLane lane, int granule, long readNs)
    {
        long received = Stopwatch.GetTimestamp();
        TellPieces(lane);
        List<Waiter>? ended = null;
        lock (_lock)
        {
            if (_loss is not null)
            {
                return;
            }

            _waitingSince = received;
            _badFrames = 0;
            Count(lane, granule);
            WakeWaiting(granule, received, readNs);
            CompleteMemories();
            for (int i = _waiters.Count - 1; i >= 0; i--)
            {
                if (_waiters[i].IsEndedBy(granule))
                {
                    (ended ??= []).Add(_waiters[i]);
                    _waiters.RemoveAt(i);
                }
            }
        }

        ended?.ForEach(static w => w.Done.TrySetResult());
        Pump();
    }

    // The kernel wakes who waits before anything else is done.
    private void WakeWaiting(int granule, long received, long readNs)
    {
        if (_faults.Remove(granule, out List<ulong>? addresses))
        {
            foreach (ulong address in addresses)
            {
                _host.Userfault.Wake(address, AddressRange.PageBytes);
            }

            _clock.Installed(granule, _plan.LengthOf(granule), received, readNs);
        }
    }

    private void Count(PagerLane lane, int granule)
    {
        if (_queue.HasArrived(granule))
        {
            return;
        }

        _counters.AddGranule();
        _queue.Arrived(granule, lane.IsAhead);
        if (lane.IsAhead)
        {
            _window.Arrived(_plan.LengthOf(granule));
            _prefetched!.Add(granule);
        }

        foreach (PartRange range in _plan.RangesOf(granule))
        {
            if (_memories.TryGetValue(range.Part, out PagedMemory? memory))
            {
                memory.Arrived(range.LengthBytes);
            }
        }
    }

    private void TellPieces(PagerLane lane)
    {
        foreach (PartPiece piece in lane.Pieces)
        {
            _host.Tell(PagerVerb.Bytes, Image, PagerFrame.Write(writer =>
            {
                writer.Write(piece.Part);
                writer.Write(piece.Offset);
                writer.Write(piece.Bytes);
            }));
        }

        lane.Pieces.Clear();
    }

    // Under the lock. What is complete is caught no more: from then on a view is as fast as memory that was always here.
    private void CompleteMemories()
    {
        foreach ((int part, PagedMemory memory) in _memories)
        {
            if (memory.IsComplete && !memory.IsTold)
            {
                memory.IsTold = true;
                memory.Close();
                foreach (ulong view in memory.Views.ToArray())
                {
                    Release(memory, view);
                    CountTouches(memory, view);
                }

                if (_memories.Values.All(m => m.IsComplete))
                {
                    _host.Status.SetComplete(Image);
                }

                _host.Tell(PagerVerb.Complete, Image, PagerFrame.Write(w => w.Write(part)));
            }
        }
    }
}
