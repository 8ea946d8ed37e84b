using Spectre.Console;

namespace QuicWasm.Bench;

/// <summary>Says how far a sweep is: a bar with the time left on a terminal, a line a run elsewhere.</summary>
/// <param name="console">Where to.</param>
/// <param name="bar">The bar, or null where there is none.</param>
internal sealed class SweepProgress(IAnsiConsole console, ProgressTask? bar)
{
    private string _question = "";
    private int _done;
    private int _all;
    private int _measured;
    private double _secondsEach;
    private double _measuredSeconds;

    /// <summary>Runs something with a bar where the console can show one.</summary>
    public static async Task<T> ShowAsync<T>(IAnsiConsole console, Func<SweepProgress, Task<T>> action) => console.Profile.Capabilities.Interactive
        ? await console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 20 }, new PercentageColumn())
            .StartAsync(context => action(new SweepProgress(console, context.AddTask(""))))
        : await action(new SweepProgress(console, null));

    /// <summary>How long is left, from what runs took until now; before the first from the estimate.</summary>
    public TimeSpan Left => TimeSpan.FromSeconds((_all - _done) * (_measured == 0 ? _secondsEach : _measuredSeconds / _measured));

    /// <summary>A question begins.</summary>
    public void Begin(string question, int done, int all, double estimatedSeconds)
    {
        (_question, _done, _all, _secondsEach, _measured, _measuredSeconds) = (question, done, all, estimatedSeconds, 0, 0);
        Show();
    }

    /// <summary>A run has ended.</summary>
    public void Done(MigrationOutcome outcome)
    {
        _done++;
        _measured++;
        _measuredSeconds += outcome.Took.TotalSeconds;
        if (bar is null || outcome.Error is not null)
        {
            Say(FormattableString.Invariant(
                $"{_question} {_done} of {_all}, {Text(Left)} left: {outcome.Point}: {(outcome.Error is null ? $"{outcome.Took.TotalSeconds:f1} s" : $"FAILED: {outcome.Error}")}"));
        }

        Show();
    }

    /// <summary>Says something.</summary>
    public void Say(string text) => console.WriteLine(text);

    /// <summary>A time in minutes and seconds.</summary>
    public static string Text(TimeSpan time) => $"{(int)time.TotalMinutes}:{time.Seconds:d2}";

    private void Show()
    {
        if (bar is not null)
        {
            bar.MaxValue = _all;
            bar.Value = _done;
            bar.Description = Markup.Escape($"{_question} {_done}/{_all} {Text(Left)} left");
        }
    }
}
