export function verifyPassword(password: string, known: string): Promise<boolean> {
  return Promise.resolve(password === known);
}
