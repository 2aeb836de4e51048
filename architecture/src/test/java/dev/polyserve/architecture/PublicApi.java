package dev.polyserve.architecture;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.TypeVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Renders the public interface of a module: the public and protected types and members of its exported packages.
final class PublicApi {
    /// The methods that every type, record or enum has.
    private static final Set<String> IMPLIED = Set.of("equals", "hashCode", "toString", "values", "valueOf");

    private final StringBuilder text = new StringBuilder();

    private PublicApi() {}

    /// {@return the text for one module, by its directory}
    static String of(String module) throws IOException, ClassNotFoundException {
        var api = new PublicApi();
        api.text.append("module ").append(descriptor(module).name()).append('\n');
        for (Class<?> type : topLevelTypes(module)) {
            api.type(type);
        }
        return api.text.toString();
    }

    /// {@return the public types of a module, including nested types}
    static List<Class<?>> types(String module) throws IOException, ClassNotFoundException {
        var types = new ArrayList<Class<?>>();
        for (Class<?> type : topLevelTypes(module)) {
            addVisible(types, type);
        }
        return types;
    }

    private static void addVisible(List<Class<?>> to, Class<?> type) {
        if (isVisible(type.getModifiers())) {
            to.add(type);
            Stream.of(type.getDeclaredClasses()).forEach(nested -> addVisible(to, nested));
        }
    }

    private static ModuleDescriptor descriptor(String module) {
        return ModuleFinder.of(Project.classes(module)).findAll().iterator().next().descriptor();
    }

    private static List<Class<?>> topLevelTypes(String module) throws IOException, ClassNotFoundException {
        var packages = descriptor(module).exports().stream().filter(e -> !e.isQualified()).map(e -> e.source()).sorted()
                .toList();
        var types = new ArrayList<Class<?>>();
        for (String name : packages) {
            types.addAll(topLevelTypes(Project.classes(module).resolve(name.replace('.', '/')), name));
        }
        return types;
    }

    private static List<Class<?>> topLevelTypes(Path directory, String packageName)
            throws IOException, ClassNotFoundException {
        List<String> names;
        try (Stream<Path> files = Files.list(directory)) {
            names = files.map(f -> f.getFileName().toString()).filter(n -> n.endsWith(".class") && !n.contains("$"))
                    .map(n -> n.substring(0, n.length() - ".class".length())).filter(n -> !n.equals("package-info"))
                    .sorted().toList();
        }
        var types = new ArrayList<Class<?>>();
        for (String name : names) {
            types.add(Class.forName(packageName + "." + name, false, PublicApi.class.getClassLoader()));
        }
        return types;
    }

    private void type(Class<?> type) {
        if (!isVisible(type.getModifiers())) {
            return;
        }
        text.append('\n').append(deprecated(type)).append(header(type)).append('\n');
        var members = new ArrayList<String>();
        for (Field field : type.getDeclaredFields()) {
            add(members, field, f -> field(f));
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            add(members, constructor, c -> executable(c, simpleName(type)));
        }
        for (Method method : type.getDeclaredMethods()) {
            if (!IMPLIED.contains(method.getName())) {
                add(members, method, m -> executable(m, type(m.getAnnotatedReturnType()) + " " + m.getName()));
            }
        }
        members.stream().sorted().forEach(m -> text.append("    ").append(m).append('\n'));
        Stream.of(type.getDeclaredClasses()).sorted((a, b) -> a.getName().compareTo(b.getName())).forEach(this::type);
    }

    private static <M extends Member & AnnotatedElement> void add(List<String> to, M member,
            Function<M, String> render) {
        if (isVisible(member.getModifiers()) && !member.isSynthetic()) {
            to.add(deprecated(member) + render.apply(member));
        }
    }

    private static String header(Class<?> type) {
        String kind = type.isAnnotation()
                ? "@interface"
                : type.isInterface() ? "interface" : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
        // Omits modifiers that the kind implies, and those that do not affect callers (strictfp, static of nested
        // types).
        int modifiers = type.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED
                | (type.isInterface() ? 0 : Modifier.ABSTRACT)
                | (type.isRecord() || type.isEnum() ? 0 : Modifier.FINAL));
        String nested = type.getDeclaringClass() != null && !Modifier.isStatic(type.getModifiers()) ? "inner " : "";
        AnnotatedType superclass = type.getAnnotatedSuperclass();
        boolean extended = superclass != null && !type.isRecord() && !type.isEnum()
                && superclass.getType() != Object.class;
        return Modifier.toString(modifiers) + " " + (type.isSealed() ? "sealed " : "") + nested + kind + " "
                + type.getName() + parameters(type.getTypeParameters()) + components(type)
                + (extended ? " extends " + type(superclass) : "")
                + list(type.isInterface() ? " extends " : " implements ", type.getAnnotatedInterfaces())
                + permits(type);
    }

    private static String components(Class<?> type) {
        RecordComponent @Nullable [] components = type.getRecordComponents();
        return components == null
                ? ""
                : Stream.of(components).map(c -> type(c.getAnnotatedType()) + " " + c.getName())
                        .collect(joining(", ", "(", ")"));
    }

    private static String permits(Class<?> type) {
        Class<?> @Nullable [] permitted = type.getPermittedSubclasses();
        return permitted == null
                ? ""
                : Stream.of(permitted).map(Class::getName).sorted().collect(joining(", ", " permits ", ""));
    }

    private static String field(Field field) {
        return modifiers(field) + type(field.getAnnotatedType()) + " " + field.getName();
    }

    private static String executable(Executable executable, String name) {
        return modifiers(executable) + (executable instanceof Method m && m.isDefault() ? "default " : "")
                + parameters(executable.getTypeParameters()) + (executable.getTypeParameters().length > 0 ? " " : "")
                + name + Stream.of(executable.getAnnotatedParameterTypes()).map(PublicApi::type)
                        .collect(joining(", ", "(", ")"))
                + (executable.isVarArgs() ? " varargs" : "")
                + list(" throws ", executable.getAnnotatedExceptionTypes());
    }

    private static String modifiers(Member member) {
        int wanted = Modifier.PUBLIC | Modifier.PROTECTED | Modifier.STATIC | Modifier.FINAL
                | (member.getDeclaringClass().isInterface() ? 0 : Modifier.ABSTRACT);
        String text = Modifier.toString(member.getModifiers() & wanted);
        return text.isEmpty() ? "" : text + " ";
    }

    private static String parameters(TypeVariable<?>[] variables) {
        return variables.length == 0
                ? ""
                : Stream.of(variables).map(v -> v.getName() + bounds(v)).collect(joining(", ", "<", ">"));
    }

    private static String bounds(TypeVariable<?> variable) {
        String bounds = Stream.of(variable.getAnnotatedBounds()).map(PublicApi::type).collect(joining(" & "));
        return bounds.equals("Object") ? "" : " extends " + bounds;
    }

    private static String list(String before, AnnotatedType[] types) {
        return types.length == 0
                ? ""
                : Stream.of(types).map(PublicApi::type).sorted().collect(joining(", ", before, ""));
    }

    /// {@return a type as it is written in a program, with its nullness}
    private static String type(AnnotatedType type) {
        return type.toString().replaceAll("((?:\\w+\\.)*)@org\\.jspecify\\.annotations\\.(\\w+)\\(\\) ?", "@$2 $1")
                .replaceAll("\\bjava\\.lang\\.(?=[A-Z])", "");
    }

    private static String simpleName(Class<?> type) {
        return type.getName().substring(Math.max(type.getName().lastIndexOf('.'), type.getName().lastIndexOf('$')) + 1);
    }

    private static String deprecated(AnnotatedElement element) {
        return element.isAnnotationPresent(Deprecated.class) ? "@Deprecated " : "";
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }
}
