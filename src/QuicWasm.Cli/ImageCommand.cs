using System.CommandLine;
using QuicWasm.State;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm image inspect FILE</c>.</summary>
internal static class ImageCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "image";

    public static Command Create(CommandConsole console)
    {
        var file = new Argument<string>("file") { Description = "The image file" };
        var inspect = new Command("inspect", "Shows parts, sizes, memories and the stack of an image") { file };
        inspect.SetAction(parsed =>
        {
            using ImageFileSource source = ImageFile.Open(parsed.GetRequiredValue(file));
            source.Verify();
            new ImagePrinter(console.Output).Print(ImageInspector.Describe(source));
        });
        return new Command(Name, "Looks into images") { inspect };
    }
}
