using FleetExporter.Config;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace FleetExporter.Tests.Shape;

/// <summary>
/// Which types of the exporter use which others, as compiled: signatures, attributes and method bodies. Nested types belong to their outer type.
/// </summary>
internal sealed class TypeGraph
{
    private const string Root = "FleetExporter.";

    private readonly Dictionary<string, HashSet<string>> _uses = new(StringComparer.Ordinal);

    private TypeGraph(ModuleDefinition module)
    {
        foreach (var type in module.GetTypes())
        {
            if (Owner(type) is { } owner)
            {
                _uses.TryAdd(owner, new HashSet<string>(StringComparer.Ordinal));
                foreach (var used in References(type).SelectMany(Parts).Select(Owner).OfType<string>())
                {
                    _uses[owner].Add(used);
                }
            }
        }
    }

    public static TypeGraph OfExporter { get; } = Read(typeof(FleetConfig).Assembly.Location);

    /// <summary>Full names of the top-level types, each with those it uses beside itself.</summary>
    public IEnumerable<(string Type, IEnumerable<string> Uses)> Types =>
        _uses.Select(u => (u.Key, u.Value.Where(v => v != u.Key && _uses.ContainsKey(v))));

    /// <summary>The groups that the selector makes of types, each with those it uses beside itself.</summary>
    public IReadOnlyDictionary<string, HashSet<string>> Grouped(Func<string, string> group) => Types
        .GroupBy(t => group(t.Type), StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.SelectMany(t => t.Uses).Select(group).Where(u => u != g.Key).ToHashSet(StringComparer.Ordinal));

    /// <summary>Namespace below the exporter's, with dots; empty for the entry point.</summary>
    public static string NamespaceOf(string type) => type.LastIndexOf('.') is var at and > 0 ? type[..at] : "";

    public static string RoomOf(string type) => NamespaceOf(type).Split('.')[0];

    private static TypeGraph Read(string path)
    {
        using var module = ModuleDefinition.ReadModule(path);
        return new TypeGraph(module);
    }

    /// <summary>Null for types of other assemblies and generated ones.</summary>
    private static string? Owner(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type.FullName.StartsWith(Root, StringComparison.Ordinal) && !type.Name.Contains('<')
            ? type.FullName[Root.Length..].Split('`')[0]
            : null;
    }

    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null => [],
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification specified => Parts(specified.ElementType),
        GenericParameter => [],
        _ => [type],
    };

    private static IEnumerable<TypeReference?> References(TypeDefinition type) =>
    [
        type.BaseType,
        .. type.Interfaces.Select(i => i.InterfaceType),
        .. type.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType),
        .. type.CustomAttributes.SelectMany(Of),
        .. type.Fields.Select(f => f.FieldType),
        .. type.Fields.SelectMany(f => f.CustomAttributes).SelectMany(Of),
        .. type.Properties.SelectMany(p => p.CustomAttributes).SelectMany(Of),
        .. type.Methods.SelectMany(Of),
    ];

    private static IEnumerable<TypeReference?> Of(MethodDefinition method) =>
    [
        .. Signature(method),
        .. method.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType),
        .. method.CustomAttributes.SelectMany(Of),
        .. method.HasBody ? method.Body.Variables.Select(v => v.VariableType).Concat(method.Body.Instructions.SelectMany(Of)) : [],
    ];

    private static IEnumerable<TypeReference?> Of(CustomAttribute attribute) =>
        attribute.ConstructorArguments.Select(a => a.Value as TypeReference).Append(attribute.AttributeType);

    private static IEnumerable<TypeReference?> Of(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        GenericInstanceMethod method => [.. Signature(method.ElementMethod), method.DeclaringType, .. method.GenericArguments],
        MethodReference method => [.. Signature(method), method.DeclaringType],
        _ => [],
    };

    private static IEnumerable<TypeReference?> Signature(MethodReference method) =>
        method.Parameters.Select(p => p.ParameterType).Append(method.ReturnType);
}
