using System.Runtime.CompilerServices;

namespace QuicWasm.Migration;

/// <summary>Awaited, it has the rest of the method go on in a thread of its own, as long as what the rest awaits is complete at once.</summary>
internal readonly struct ThreadOfItsOwn(string name) : ICriticalNotifyCompletion
{
    public bool IsCompleted => false;

    public ThreadOfItsOwn GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation) => new Thread(() => continuation()) { IsBackground = true, Name = name }.UnsafeStart();
}
