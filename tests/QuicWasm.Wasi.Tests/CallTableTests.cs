using System.Collections.Immutable;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi.Tests;

public sealed class CallTableTests
{
    private static readonly string[] PreviewOne =
    [
        "args_get", "args_sizes_get", "clock_res_get", "clock_time_get", "environ_get", "environ_sizes_get", "fd_advise", "fd_allocate",
        "fd_close", "fd_datasync", "fd_fdstat_get", "fd_fdstat_set_flags", "fd_fdstat_set_rights", "fd_filestat_get", "fd_filestat_set_size",
        "fd_filestat_set_times", "fd_pread", "fd_prestat_dir_name", "fd_prestat_get", "fd_pwrite", "fd_read", "fd_readdir", "fd_renumber",
        "fd_seek", "fd_sync", "fd_tell", "fd_write", "path_create_directory", "path_filestat_get", "path_filestat_set_times", "path_link",
        "path_open", "path_readlink", "path_remove_directory", "path_rename", "path_symlink", "path_unlink_file", "poll_oneoff", "proc_exit",
        "proc_raise", "random_get", "sched_yield", "sock_accept", "sock_recv", "sock_send", "sock_shutdown",
    ];

    [Fact]
    public void All_46_functions_are_there()
    {
        using var harness = new Harness(Harness.Quiet);
        Assert.Equal(46, PreviewOne.Length);
        Assert.Equal(PreviewOne, harness.Module.Calls.Names.Order(StringComparer.Ordinal));
        Assert.Equal("wasi_snapshot_preview1", harness.Module.Name);
    }

    [Theory]
    [InlineData("fd_write", "i32 i32 i32 i32", "i32")]
    [InlineData("fd_seek", "i32 i64 i32 i32", "i32")]
    [InlineData("fd_readdir", "i32 i32 i32 i64 i32", "i32")]
    [InlineData("path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32", "i32")]
    [InlineData("path_filestat_set_times", "i32 i32 i32 i32 i64 i64 i32", "i32")]
    [InlineData("clock_time_get", "i32 i64 i32", "i32")]
    [InlineData("sock_accept", "i32 i32 i32", "i32")]
    [InlineData("proc_exit", "i32", "")]
    [InlineData("sched_yield", "", "i32")]
    public void Types_are_those_of_the_witx(string name, string parameters, string results)
    {
        using var harness = new Harness(Harness.Quiet);
        var type = new FunctionType(Parse(parameters), Parse(results));
        Assert.NotNull(harness.Module.Resolve(name, type));
        Assert.Null(harness.Module.Resolve(name, new FunctionType(Parse(parameters + " f32"), Parse(results))));
        Assert.Null(harness.Module.Resolve(name + "2", type));
    }

    [Theory]
    [InlineData(1)] // hup
    [InlineData(6)] // abrt
    [InlineData(9)] // kill
    [InlineData(15)] // term
    [InlineData(30)] // sys
    public void A_signal_that_it_raises_ends_the_program_with_128_and_its_number(uint signal)
    {
        using var harness = new Harness(Harness.Quiet);
        Assert.Equal(128 + (int)signal, Assert.Throws<ProgramExitException>(() => harness.Call("proc_raise", signal)).ExitCode);
    }

    [Fact]
    public void Signals_that_end_nothing_do_nothing_and_those_that_stop_are_refused()
    {
        using var harness = new Harness(Harness.Quiet);
        Assert.All([0u, 16u, 17u, 22u, 27u], signal => Assert.Equal(Errno.Success, harness.Call("proc_raise", signal)));
        Assert.All([18u, 19u, 20u, 21u], signal => Assert.Equal(Errno.NotSup, harness.Call("proc_raise", signal)));
        Assert.All([31u, 255u, uint.MaxValue], signal => Assert.Equal(Errno.Inval, harness.Call("proc_raise", signal)));
    }

    [Fact]
    public void The_program_exits_with_its_code()
    {
        using var harness = new Harness(Harness.Quiet);
        HostFunction exit = harness.Module.Resolve("proc_exit", new FunctionType([ValueType.I32], []))!;
        Assert.Equal(42, Assert.Throws<ProgramExitException>(() => exit(new HostCall(harness.Context, harness.Instance, [42], []))).ExitCode);
    }

    [Fact]
    public void Yielding_succeeds()
    {
        using var harness = new Harness(Harness.Quiet);
        Assert.Equal(Errno.Success, harness.Call("sched_yield"));
    }

    // Every argument is out of memory: where one is a pointer the answer is EFAULT, never a trap; and nothing is opened or lost.
    [Fact]
    public void A_bad_pointer_is_an_error_and_not_a_trap()
    {
        using var folder = new TempFolder();
        folder["file"] = "text";
        using var harness = new Harness(folder.Options with { Arguments = ["a"], Environment = ["b=c"] });
        uint file = harness.MustOpen("file");
        const ulong Bad = 0xffff_fff0;
        (uint path, uint length) = harness.Put("file");
        (string, ulong[])[] calls =
        [
            ("args_get", [Bad, 64]), ("args_get", [64, Bad]), ("args_sizes_get", [Bad, 64]), ("args_sizes_get", [64, Bad]),
            ("environ_get", [Bad, 64]), ("environ_sizes_get", [64, Bad]), ("clock_res_get", [0, Bad]), ("clock_time_get", [1, 0, Bad]),
            ("fd_fdstat_get", [file, Bad]), ("fd_filestat_get", [file, Bad]), ("fd_read", [file, Bad, 1, 64]), ("fd_read", [file, 64, 1, Bad]),
            ("fd_read", [file, harness.Vectors(((uint)Bad, 100)), 1, 64]), ("fd_write", [file, 64, uint.MaxValue, 64]),
            ("fd_write", [file, harness.Vectors((64, uint.MaxValue)), 1, 64]), ("fd_pread", [file, Bad, 1, 0, 64]),
            ("fd_pwrite", [file, 64, 1, 0, Bad]), ("fd_seek", [file, 0, 0, Bad]), ("fd_tell", [file, Bad]), ("fd_prestat_get", [3, Bad]),
            ("fd_prestat_dir_name", [3, Bad, 5]), ("fd_readdir", [3, Bad, 100, 0, 64]), ("fd_readdir", [3, 64, 100, 0, Bad]),
            ("path_create_directory", [3, Bad, 3]), ("path_filestat_get", [3, 0, Bad, 4, 64]), ("path_filestat_get", [3, 0, path, length, Bad]),
            ("path_link", [3, 0, path, length, 3, Bad, 4]), ("path_open", [3, 0, Bad, 4, 0, 0, 0, 0, 64]),
            ("path_open", [3, 0, path, length, 1, 0, 0, 0, Bad]), ("path_readlink", [3, path, length, Bad, 100, 64]),
            ("path_rename", [3, Bad, 4, 3, path, length]), ("path_symlink", [Bad, 4, 3, path, length]), ("path_unlink_file", [3, path, uint.MaxValue]),
            ("poll_oneoff", [Bad, 64, 1, 64]), ("poll_oneoff", [64, Bad, 1, 64]), ("random_get", [Bad, 100]), ("random_get", [0, uint.MaxValue]),
        ];
        foreach ((string name, ulong[] arguments) in calls)
        {
            Assert.Equal((name, Errno.Fault), (name, harness.Call(name, arguments)));
        }

        Assert.Equal("text", folder["file"]);
        Assert.Equal(file + 1, harness.MustOpen("file"));
        Assert.Equal(0UL, harness.Tell(file));
    }

    private static ImmutableArray<ValueType> Parse(string types) => [.. types.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(static t => t switch { "i32" => ValueType.I32, "i64" => ValueType.I64, _ => ValueType.F32 })];
}
