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
        PagerLink link;
        lock (_lock)
        {
            if (_link is null && !_isConnecting && _role != PagerRole.Visitor && _loss is null)
            {
                _isConnecting = true;
                _ = ReconnectAsync();
            }

            if (_link is null || _isPumping || _role == PagerRole.Visitor)
            {
                return;
            }

            _isPumping = true;
            link = _link;
        }

        _ = PumpAsync(link);
    }

    private async Task PumpAsync(PagerLink link)
    {
        try
        {
            while (TryNext(link, out GranuleRun run))
            {
                await link.RequestAsync(run, _ending.Token);
                lock (_lock)
                {
                    _clock.Sent(run);
                }
            }
        }
        catch (Exception e) when (e is MigrationException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever receives from the link sees its end, and what was asked over it is asked again.
            await link.DisposeAsync();
            bool isReplaced;
            lock (_lock)
            {
                _isPumping = false;
                isReplaced = !ReferenceEquals(link, _link);
            }

            if (isReplaced)
            {
                Pump();
            }
        }
    }

    private bool TryNext(PagerLink link, out GranuleRun run)
    {
        lock (_lock)
        {
            run = default;
            _isPumping = _loss is null && ReferenceEquals(link, _link) && _queue.TryNext(out run);
            if (_isPumping)
            {
                link.Expect(run);
            }

            return _isPumping;
        }
    }

    private async Task ReceiveAsync(PagerLink link)
    {
        try
        {
            await link.ReceiveAsync(OnPiece, OnArrived, _ending.Token);
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
        bool isDamaged = error.Error == MigrationError.ProtocolViolation;
        bool isOver = error.Error is MigrationError.ImageCommitted or MigrationError.ImageUnreadable || (isDamaged && ++_badFrames > 1);
        if (isOver)
        {
            Lose(error);
            return;
        }

        lock (_lock)
        {
            _lastError = error.Message;
            _link = null;
            _queue.AskAgain(link.UnderWay());
        }

        Pump();
    }

    private async Task ReconnectAsync()
    {
        while (true)
        {
            try
            {
                PagerLink link = await PagerLink.ConnectAsync(_host.Transports, _attachment, _host.Options, _role, _ending.Token);
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

                _ = ReceiveAsync(link);
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

    // A granule that is sent again after a lost connection goes on where it had stopped.
    private void OnPiece(int granule, ulong offset, GranulePiece piece)
    {
        if (_partial.Granule != granule)
        {
            _partial = (granule, 0);
        }

        ulong skipped = Math.Min(_partial.Bytes - Math.Min(_partial.Bytes, offset), piece.LengthBytes);
        if (skipped == piece.LengthBytes)
        {
            return;
        }

        ulong left = piece.LengthBytes - skipped;
        ReadOnlySpan<byte> body = piece.ZeroBytes > 0 ? default : piece.Body.Span[(int)skipped..];
        bool isLong = _plan.LengthOf(granule) > LongGranuleBytes;
        foreach (PartRange range in _plan.RangesOf(granule, offset + skipped, left))
        {
            Take(range, piece.ZeroBytes > 0, body, isLong);
            body = piece.ZeroBytes > 0 ? default : body[(int)range.LengthBytes..];
        }

        _partial.Bytes = offset + piece.LengthBytes;
    }

    private void Take(PartRange range, bool isZero, ReadOnlySpan<byte> body, bool isLong)
    {
        if (_memories.TryGetValue(range.Part, out PagedMemory? memory))
        {
            if (isZero)
            {
                memory.WriteZeros(range.Offset, range.LengthBytes, mayStayAway: isLong);
            }
            else
            {
                memory.Write(range.Offset, body[..(int)range.LengthBytes]);
            }

            return;
        }

        if (isZero)
        {
            throw new MigrationException(MigrationError.ProtocolViolation, $"{_attachment.Endpoint} sent zeros for part {range.Part}, which is no memory");
        }

        byte[] bytes = body[..(int)range.LengthBytes].ToArray();
        _host.Tell(PagerVerb.Bytes, Image, PagerFrame.Write(writer =>
        {
            writer.Write(range.Part);
            writer.Write(range.Offset);
            writer.Write(bytes);
        }));
    }

    private void OnArrived(int granule)
    {
        long received = Stopwatch.GetTimestamp();
        List<Waiter> ended = [];
        _partial = (-1, 0);
        lock (_lock)
        {
            if (_loss is not null)
            {
                return;
            }

            _waitingSince = received;
            _badFrames = 0;
            _queue.Arrived(granule);
            if (_faults.Remove(granule, out List<ulong>? addresses))
            {
                foreach (ulong address in addresses)
                {
                    _host.Userfault.Wake(address, AddressRange.PageBytes);
                }

                _clock.Installed(granule, _plan.LengthOf(granule), received);
            }

            CompleteMemories();
            _waiters.RemoveAll(w =>
            {
                bool isEnded = w.IsEndedBy(granule);
                if (isEnded)
                {
                    ended.Add(w);
                }

                return isEnded;
            });
        }

        ended.ForEach(w => w.Done.TrySetResult());
        Pump();
    }

    // Under the lock. What is complete is caught no more: from then on a view is as fast as memory that was always here.
    private void CompleteMemories()
    {
        foreach ((int part, PagedMemory memory) in _memories)
        {
            if (memory.IsComplete && !memory.IsTold)
            {
                memory.IsTold = true;
                ReleaseAll(memory);
                if (_memories.Values.All(m => m.IsComplete))
                {
                    _host.Status.SetComplete(Image);
                }

                _host.Tell(PagerVerb.Complete, Image, PagerFrame.Write(w => w.Write(part)));
            }
        }
    }
}
