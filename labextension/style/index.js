/* Minified by the build. The panel brings its own style into its shadow root. */
import '../lib/style.css';
