namespace QuicWasm.Migration;

/// <summary>How a pager is started: <c>quicwasm pager --socket PATH</c>, or whatever calls <see cref="PagerServer.Run"/>.</summary>
/// <param name="Program">The program to start.</param>
/// <param name="Arguments">What it is given; the path of the socket is added behind.</param>
public sealed record PagerOptions(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>How long it may take until it answers.</summary>
    public TimeSpan StartDeadline { get; init; } = TimeSpan.FromSeconds(20);
}
