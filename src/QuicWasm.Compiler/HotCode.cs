using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

/// <summary>
/// Finds what runs often, by samples: a timer asks the computation to show its stack at its next safe point. What is seen more than once is
/// compiled on a thread of its own. Normal running pays nothing for it.
/// </summary>
internal sealed partial class HotCode : IDisposable
{
    private const int Threshold = 2;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(16);
    private static readonly TimeSpan LongestUnanswered = TimeSpan.FromMilliseconds(256);
    private static readonly TimeSpan TellPeriod = TimeSpan.FromMilliseconds(4);
    private const int QuietSamples = 64;

    private readonly Interruption _interruption;
    private readonly Func<ModuleInstance, ModuleCode> _codeOf;
    private readonly Action<FunctionInstance, CompiledCode> _onCompiled;
    private readonly ILogger _log;
    private readonly Timer _timer;
    private readonly Dictionary<(FunctionInstance Function, int LoopPc), int> _heat = [];
    private readonly BlockingCollection<Func<IEnumerable<(FunctionInstance Function, int LoopPc)>>> _wanted = [];
    private readonly ConcurrentQueue<(FunctionInstance Function, int LoopPc, CompiledCode? Code)> _finished = new();
    private readonly Lock _gate = new();
    private volatile bool _isEnded;
    private Thread? _worker;
    private TimeSpan _period = Shortest;
    private volatile bool _isRunning;
    private volatile bool _isAsked;
    private int _quiet;
    private int _pending;

    /// <param name="context">The runtime.</param>
    /// <param name="codeOf">Where an instance's code is.</param>
    /// <param name="onCompiled">Told of each compiled function, on the compiler's thread.</param>
    public HotCode(RuntimeContext context, Func<ModuleInstance, ModuleCode> codeOf, Action<FunctionInstance, CompiledCode> onCompiled)
    {
        _codeOf = codeOf;
        _onCompiled = onCompiled;
        _interruption = context.Interruption;
        _log = context.Log;
        _timer = new Timer(static state => ((HotCode)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How often each function and loop was seen running in the baseline.</summary>
    public IReadOnlyDictionary<(FunctionInstance Function, int LoopPc), int> Heat => _heat;

    /// <summary>Whether something is still to be compiled.</summary>
    public bool IsBusy => Volatile.Read(ref _pending) > 0;

    /// <summary>Begins to take samples.</summary>
    public void Start()
    {
        _isRunning = true;
        _timer.Change(_period, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes no more samples.</summary>
    public void Stop()
    {
        _isRunning = false;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A sample is taken; on the computation's thread.</summary>
    public void Answer()
    {
        if (!_isAsked)
        {
            return;
        }

        _isAsked = false;
        if (_period > Longest)
        {
            _period = Shortest;
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Counts that a function, or a loop, was seen running; on the computation's thread.</summary>
    public void Count(FunctionInstance function, int loopPc, bool isTop)
    {
        int heat = _heat.GetValueOrDefault((function, loopPc)) + 1;
        _heat[(function, loopPc)] = heat;
        if (heat == Threshold)
        {
            _quiet = 0;
            _period = Shortest;
            Preheat(() => [(function, loopPc)]);
        }
    }

    /// <summary>Compiles, before it was seen running, what is found on the compiler's thread. Any thread may call it.</summary>
    public void Preheat(Func<IEnumerable<(FunctionInstance Function, int LoopPc)>> find)
    {
        lock (_gate)
        {
            if (!_isEnded)
            {
                Interlocked.Increment(ref _pending);
                _wanted.Add(find);
                _worker ??= StartWorker();
            }
        }
    }

    /// <summary>Gives what has been compiled since; on the computation's thread.</summary>
    public bool TryTake([NotNullWhen(true)] out FunctionInstance? function, out int loopPc, out CompiledCode? code)
    {
        bool isTaken = _finished.TryDequeue(out (FunctionInstance Function, int LoopPc, CompiledCode? Code) finished);
        (function, loopPc, code) = finished;
        return isTaken;
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            _isEnded = true;
            _wanted.CompleteAdding();
        }

        _worker?.Join();
        _wanted.Dispose();
    }

    // RACE: the period is only a hint, and whoever writes it last wins. A tick that comes while the computation stops asks for one sample that
    // the next computation takes.
    private void Tick()
    {
        if (!_isRunning)
        {
            return;
        }

        if (_isAsked)
        {
            // It waits, or many programs share few processors: then it is not asked more often than it can answer.
            _period = _period + _period < LongestUnanswered ? _period + _period : LongestUnanswered;
        }
        else
        {
            Ask();
        }

        _timer.Change(_period, Timeout.InfiniteTimeSpan);
    }

    private void Ask()
    {
        _isAsked = true;
        _interruption.RequestSample();
        if (++_quiet == QuietSamples)
        {
            _quiet = 0;
            _period = _period + _period < Longest ? _period + _period : Longest;
        }
    }

    private Thread StartWorker()
    {
        var worker = new Thread(Work) { IsBackground = true, Name = "compiler" };
        worker.Start();
        return worker;
    }

    private void Work()
    {
        foreach (Func<IEnumerable<(FunctionInstance Function, int LoopPc)>> find in _wanted.GetConsumingEnumerable())
        {
            long told = Stopwatch.GetTimestamp();
            foreach ((FunctionInstance function, int loopPc) in find())
            {
                if (_isEnded)
                {
                    return;
                }

                CompiledCode? code = Compile(function, loopPc);
                _finished.Enqueue((function, loopPc, code));
                if (loopPc < 0 && code is not null)
                {
                    _onCompiled(function, code);
                }

                if (Stopwatch.GetElapsedTime(told) > TellPeriod)
                {
                    told = Stopwatch.GetTimestamp();
                    _interruption.RequestSample();
                }
            }

            Interlocked.Decrement(ref _pending);
            _interruption.RequestSample();
        }
    }

    // What cannot be compiled keeps running where it runs.
    private CompiledCode? Compile(FunctionInstance function, int loopPc)
    {
        try
        {
            return _codeOf(function.Module!).Compile([new CodeKey(function.DefinedIndex, loopPc)]).FirstOrDefault();
        }
        catch (Exception e) when (e is InvalidProgramException or InvalidOperationException or NotSupportedException)
        {
            LogNotCompiled(_log, e, function.DisplayName);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} could not be compiled, and stays in the interpreter")]
    private static partial void LogNotCompiled(ILogger log, Exception error, string function);
}
