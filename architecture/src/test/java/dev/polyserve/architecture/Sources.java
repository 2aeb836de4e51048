package dev.polyserve.architecture;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/// Parses Java sources with the compiler and measures the code in them.
final class Sources {
    /// A method, constructor, lambda or initializer.
    ///
    /// @param file the source file
    /// @param line the first line of the declaration, with annotations and without the comment
    /// @param lines the number of lines, nested code included
    /// @param name the name
    record Code(Path file, long line, long lines, String name) {
        @Override
        public String toString() {
            return "%s:%d %s is %d lines long".formatted(file, line, name, lines);
        }
    }

    private Sources() {}

    /// {@return every method, constructor, lambda and initializer in the files}
    static List<Code> code(Collection<Path> files) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var manager = compiler.getStandardFileManager(null, null, null)) {
            var task = (JavacTask) compiler.getTask(null, manager, null, List.of("-proc:none"), null,
                    manager.getJavaFileObjectsFromPaths(files));
            var positions = Trees.instance(task).getSourcePositions();
            var found = new ArrayList<Code>();
            for (CompilationUnitTree unit : task.parse()) {
                new Measure(unit, positions, found).scan(unit, null);
            }
            return found;
        }
    }

    /// Collects the code of a compilation unit.
    private static final class Measure extends TreePathScanner<@Nullable Void, @Nullable Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<Code> found;

        Measure(CompilationUnitTree unit, SourcePositions positions, List<Code> found) {
            this.unit = unit;
            this.positions = positions;
            this.found = found;
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
            add(method, method.getName() + "()");
            return super.visitMethod(method, null);
        }

        @Override
        public @Nullable Void visitLambdaExpression(LambdaExpressionTree lambda, @Nullable Void nothing) {
            add(lambda, "a lambda");
            return super.visitLambdaExpression(lambda, null);
        }

        @Override
        public @Nullable Void visitBlock(BlockTree block, @Nullable Void nothing) {
            if (getCurrentPath().getParentPath().getLeaf() instanceof ClassTree) {
                add(block, "an initializer");
            }
            return super.visitBlock(block, null);
        }

        private void add(Tree tree, String name) {
            var lines = unit.getLineMap();
            long first = lines.getLineNumber(positions.getStartPosition(unit, tree));
            long last = lines.getLineNumber(positions.getEndPosition(unit, tree));
            found.add(new Code(Project.relative(Path.of(unit.getSourceFile().toUri())), first, last - first + 1, name));
        }
    }
}
