import { CircleAlert } from 'lucide-react';
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { Button } from './Button.tsx';
import { EmptyState } from './EmptyState.tsx';

interface ErrorBoundaryProps {
  /** What is inside, for the sentence that says what broke: `The console`. */
  name: string;
  children: ReactNode;
}

/** Keeps a bug in one part of the window from taking the rest along: says so, and draws that part anew on request. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { message: string | null }> {
  override state: { message: string | null } = { message: null };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    const { message } = this.state;
    if (message === null) return this.props.children;
    return (
      <div role="alert" className="h-full bg-surface">
        <EmptyState
          icon={<CircleAlert size={28} strokeWidth={1.5} aria-hidden />}
          title={`${this.props.name} cannot be drawn`}
          actions={
            <Button variant="primary" onClick={() => this.setState({ message: null })}>
              Try again
            </Button>
          }
        >
          This is a bug of PyExeKube: {message} What you typed and what ran is kept.
        </EmptyState>
      </div>
    );
  }
}
