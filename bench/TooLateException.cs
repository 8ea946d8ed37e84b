namespace QuicWasm.Bench;

/// <summary>The program had ended before it could be moved: the run says nothing about what was to be measured, and can be made again.</summary>
internal sealed class TooLateException() : HarnessException("the program ended before it could be moved: give it more to do");
