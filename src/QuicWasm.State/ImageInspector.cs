using System.Collections.Immutable;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>Describes images without restoring them: what <c>quicwasm image inspect</c> shows.</summary>
public static class ImageInspector
{
    /// <summary>Reads an image's skeleton and names.</summary>
    /// <exception cref="ImageException">The image cannot be read, or is inconsistent.</exception>
    public static ImageDescription Describe(IImageSource source)
    {
        ImageLimits.Check(source.Layout);
        try
        {
            return new Reading(source, new LayoutIndex(source.Layout)).Describe();
        }
        catch (ModuleException e)
        {
            throw new ImageException(ImageError.Corrupt, $"a module of the image cannot be read: {e.Message}", e);
        }
    }

    private sealed class Reading(IImageSource source, LayoutIndex index)
    {
        private readonly Dictionary<int, (string Name, int Instance)> _names = [];
        private StoreOutline _outline = null!;
        private ImmutableArray<Module> _modules;

        public ImageDescription Describe()
        {
            ConfigureOutline configure = ConfigureOutline.Decode(Bytes(PartKind.Configure));
            _modules = [.. Enumerable.Range(0, index.ModuleCount).Select(number => ReadModule(number, configure))];
            _outline = new StoreOutlineReader(Bytes(PartKind.StoreOutline)).Read(index.ModuleCount);
            StackPart stack = StackPart.Decode(Bytes(PartKind.Stack));
            return new ImageDescription(
                source.Layout,
                configure,
                [.. _modules.Select(Describe)],
                [.. _outline.Instances.Select(i => new InstanceDescription(i.Module, i.Name))],
                [.. _outline.Memories.Select(Describe)],
                DescribeHosts(configure),
                [.. (stack.Stack?.Frames ?? []).Select(Describe)],
                [.. stack.Calls.Select(c => FunctionName(c.FunctionAddress).Name)]);
        }

        private Module ReadModule(int number, ConfigureOutline configure)
        {
            Module module = ModuleReader.ReadSkeleton(Bytes(PartKind.ModuleSkeleton, 0, number), new ModuleFeatures(configure.Features));
            if (index.Find(PartKind.CustomSections, 0, number) >= 0)
            {
                module.ProvideCustomSections(Bytes(PartKind.CustomSections, 0, number));
            }

            return module;
        }

        private static ModuleDescription Describe(Module module)
        {
            ulong code = 0;
            foreach (FunctionBody body in module.Functions)
            {
                code += (ulong)body.LengthBytes;
            }

            return new ModuleDescription(
                Convert.ToHexStringLower(module.Sha256.AsSpan()), module.Names.Module, (ulong)module.Map.LengthBytes, module.Functions.Length, code);
        }

        private MemoryDescription Describe(MemoryOutline memory, int address)
        {
            int part = index.Find(PartKind.Memory, address);
            ulong stored = part < 0 ? 0 : StoredBytes(source.Layout.Parts[part]);
            return new MemoryDescription(memory.PageCount, memory.Type.Limits.Maximum, stored);
        }

        private ulong StoredBytes(ImagePart part) => source is ImageFileSource file ? file.StoredMemoryBytes(part.Number) : part.LengthBytes;

        private ImmutableArray<HostStateDescription> DescribeHosts(ConfigureOutline configure)
        {
            var states = ImmutableArray.CreateBuilder<HostStateDescription>();
            for (int i = 0; i < configure.HostModules.Length; i++)
            {
                int part = index.Find(PartKind.HostState, i);
                if (part >= 0)
                {
                    states.Add(new HostStateDescription(configure.HostModules[i], source.Layout.Parts[part].LengthBytes));
                }
            }

            return states.ToImmutable();
        }

        private FrameDescription Describe(Frame frame)
        {
            (string name, int instance) = FunctionName(frame.FunctionAddress);
            return new FrameDescription(name, instance, frame.Pc, frame.Locals.Length, frame.Operands.Length);
        }

        /// <summary>A function's name for people, and the module instance that it is of, or -1.</summary>
        private (string Name, int Instance) FunctionName(int address)
        {
            if (!_names.TryGetValue(address, out (string, int) name))
            {
                _names.Add(address, name = FindName(address));
            }

            return name;
        }

        private (string Name, int Instance) FindName(int address)
        {
            int first = 0;
            foreach (FunctionRun run in _outline.Functions)
            {
                if (address < first + run.Count)
                {
                    return run.Host is { } host ? ($"{host.Module}.{host.Name}", -1) : (NameOf(run.Instance, address - first), run.Instance);
                }

                first += run.Count;
            }

            throw new ImageException(ImageError.Corrupt, $"the stack has the function address {address}, where there are {first} functions");
        }

        private string NameOf(int instance, int definedIndex)
        {
            Module module = _modules[_outline.Instances[instance].Module];
            int function = module.ImportCount(ExternalKind.Function) + definedIndex;
            return module.Names.Functions.TryGetValue(function, out string? name) ? name : $"function[{function}]";
        }

        private byte[] Bytes(PartKind kind, int place = 0, int module = -1)
        {
            ImagePart part = source.Layout.Parts[index.Get(kind, place, module)];
            var bytes = new byte[part.LengthBytes];
            source.Read(part.Number, 0, bytes);
            return bytes;
        }
    }
}
